/** Firefox and WebKitGTK, where the tests in e2e/browsers find them. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A browser that is here, or what is missing of it. */
export type Found<T> = { readonly isFound: true; readonly paths: T } | Missing
export interface Missing {
  readonly isFound: false
  readonly reason: string
}

export interface FirefoxPaths {
  readonly firefox: string
}

export interface WebKitPaths {
  readonly driver: string
  readonly miniBrowser: string
  /** The screen it draws on. */
  readonly xvfb: string
}

/** `FIREFOX_PATH`, or what Debian and others call it. */
export function findFirefox(): Found<FirefoxPaths> {
  const firefox = process.env.FIREFOX_PATH ?? findProgram('firefox-esr') ?? findProgram('firefox')
  return firefox ? { isFound: true, paths: { firefox } } : missing('firefox-esr was not found')
}

/** Debian's webkit2gtk-driver, with the browser that comes with it, and xvfb. */
export function findWebKit(): Found<WebKitPaths> {
  const driver = findProgram('WebKitWebDriver')
  if (!driver) return missing('WebKitWebDriver (webkit2gtk-driver) was not found')
  const miniBrowser = miniBrowsers.find(existsSync) ?? findProgram('MiniBrowser')
  if (!miniBrowser) return missing('MiniBrowser (webkit2gtk-driver) was not found')
  const xvfb = findProgram('Xvfb')
  if (!xvfb) return missing('Xvfb (xvfb) was not found')
  return { isFound: true, paths: { driver, miniBrowser, xvfb } }
}

/** Not in the PATH: Debian keeps it with its library, by architecture. */
const miniBrowsers = ['x86_64', 'aarch64'].flatMap((architecture) =>
  ['4.1', '4.0'].map((version) => `/usr/lib/${architecture}-linux-gnu/webkit2gtk-${version}/MiniBrowser`),
)

function findProgram(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

function missing(reason: string): Missing {
  return { isFound: false, reason }
}
