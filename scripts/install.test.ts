import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import semver from 'semver'
import { describe, expect, it } from 'vitest'

interface LockedPackage {
  readonly optional?: boolean
  readonly engines?: { readonly node?: string }
}

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (name: string) => readFileSync(`${root}/${name}`, 'utf8')
const manifest: { engines: { node: string }; scripts: Record<string, string> } = JSON.parse(read('package.json'))
const oldestNode = semver.minVersion(manifest.engines.node)?.version ?? 'none'

describe('npm ci', () => {
  it('prints no warning', () => {
    // A dry run prints the same warnings as a real one, and needs no network for a lock file with hashes.
    const { status, stderr } = spawnSync('npm', ['ci', '--dry-run', '--offline', '--no-audit', '--no-fund'], {
      cwd: root,
      encoding: 'utf8',
      // Configuration that npm hands on to the scripts it runs is not the project's.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name))),
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  it('installs nothing that refuses the oldest Node of the README', () => {
    expect(read('README.md')).toContain(`Node ${oldestNode.replace(/\.0$/, '')} or newer`)
    const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(read('package-lock.json'))
    // An optional package that does not fit is left out by npm without a word.
    const refusing = Object.entries(packages).flatMap(([path, { optional, engines }]) =>
      optional || !engines?.node || semver.satisfies(oldestNode, engines.node) ? [] : [`${path}: ${engines.node}`],
    )
    expect(refusing).toEqual([])
  })

  it('runs no scripts of packages, so that this project must not count on any around its own', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
    const names = Object.keys(manifest.scripts)
    expect(names.filter((name) => names.some((other) => name === `pre${other}` || name === `post${other}`))).toEqual([])
  })
})
