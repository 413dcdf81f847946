import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Builder, Capabilities, Key, type WebDriver, type WebElement } from 'selenium-webdriver'
import type { WebKitPaths } from '../../scripts/find-browsers.ts'
import { ClosedDoor } from '../request-log.ts'
import {
  findInPage,
  type Role,
  type Size,
  type TestBrowser,
  type VisitOptions,
  type Visitor,
  waitFor,
  withinTime,
} from './visitor.ts'

const screen: Size = { width: 1400, height: 1000 }
const firstSize: Size = { width: 1280, height: 860 }

/**
 * WebKitGTK's own small browser on a screen that nobody sees. Each visitor has a browser of his own, which keeps
 * nothing, with a driver and a home folder of its own.
 */
export async function startWebKit(paths: WebKitPaths): Promise<TestBrowser> {
  const door = new ClosedDoor()
  const doorPort = await door.open()
  const home = await mkdtemp(join(tmpdir(), 'videmo-webkit-'))
  await writeTheme(home)
  const xvfb = await startXvfb(paths.xvfb)
  const visitors = new Set<WebKitVisitor>()
  const visit = async (options: VisitOptions = {}) => {
    const visitor = await WebKitVisitor.arrive(paths, { home, doorPort, display: xvfb.display }, options)
    visitors.add(visitor)
    return visitor
  }
  // It alone tells the version; the first to come takes it.
  let ready: WebKitVisitor | undefined = await visit()
  return {
    name: `WebKitGTK ${ready.version}`,
    asked: door.asked,
    visit: async (options = {}) => {
      const visitor = Object.keys(options).length === 0 ? ready : undefined
      if (visitor) ready = undefined
      return visitor ?? visit(options)
    },
    close: async () => {
      for (const visitor of visitors) await visitor.close()
      xvfb.process.kill()
      await door.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Where a visitor's browser lives. */
interface Place {
  readonly home: string
  readonly doorPort: number
  readonly display: string
}

class WebKitVisitor implements Visitor {
  /** The driver takes a finger for a mouse. */
  readonly canTouch = false
  private isClosed = false

  private constructor(
    private readonly driver: WebDriver,
    private readonly driverProcess: ChildProcess,
    readonly version: string,
    readonly errors: readonly string[],
  ) {}

  static async arrive(paths: WebKitPaths, place: Place, options: VisitOptions): Promise<WebKitVisitor> {
    const { isZoomed = false, hasCamera = false } = options
    const port = await freePort()
    const driverProcess = spawn(paths.driver, [`--port=${port}`], {
      // The browser is the driver's child: a group, so that both can be ended.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(place, isZoomed),
    })
    const end = () => endGroup(driverProcess)
    // Of tests that are broken off, too.
    process.once('exit', end)
    driverProcess.once('exit', () => process.off('exit', end))
    const errors = errorsIn(driverProcess)
    const args = [
      '--automation',
      `--proxy=http://127.0.0.1:${place.doorPort}`,
      '--ignore-host=127.0.0.1',
      '--enable-write-console-messages-to-stdout=true',
      ...(hasCamera ? ['--enable-mock-capture-devices=true'] : []),
    ]
    try {
      await waitFor('the driver of WebKitGTK', () => answers(port))
      const building = new Builder()
        .usingServer(`http://127.0.0.1:${port}`)
        .withCapabilities(
          new Capabilities({
            browserName: 'MiniBrowser',
            'webkitgtk:browserOptions': { binary: paths.miniBrowser, args },
          }),
        )
        .build()
      const driver = await withinTime('a new session', Promise.resolve(building))
      await driver.manage().setTimeouts({ script: 60_000, pageLoad: 60_000 })
      const version = (await driver.getCapabilities()).getBrowserVersion() ?? ''
      const visitor = new WebKitVisitor(driver, driverProcess, version, errors)
      const scale = isZoomed ? 2 : 1
      await visitor.setViewport({ width: firstSize.width / scale, height: firstSize.height / scale })
      return visitor
    } catch (error) {
      end()
      throw error
    }
  }

  async goto(url: string): Promise<void> {
    await withinTime(`opening ${url}`, this.driver.get(url))
  }

  async evaluate<A extends readonly unknown[], T>(run: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    const script = `
      const [done, ...args] = [...arguments].reverse()
      Promise.resolve().then(() => (${run})(...args.reverse())).then(
        (value) => done({ value }),
        (error) => done({ error: String(error) }),
      )`
    const { value, error } = await withinTime(
      'a script',
      this.driver.executeAsyncScript<{ value: T; error?: string }>(script, ...args),
    )
    if (error !== undefined && error !== null) throw new Error(error)
    return value
  }

  async click(role: Role, name: string): Promise<void> {
    await withinTime(`a click on ${role} “${name}”`, (await this.find(role, name)).click())
  }

  tap(role: Role, name: string): Promise<void> {
    return this.click(role, name)
  }

  async enter(label: string, text: string): Promise<void> {
    const field = await this.find('textbox', label)
    await field.clear()
    await field.sendKeys(text, Key.ENTER)
  }

  async choose(label: string, path: string): Promise<void> {
    await (await this.find('file', label)).sendKeys(path)
  }

  /** The window is larger than its page by its tool bar. */
  async setViewport({ width, height }: Size): Promise<void> {
    const window = this.driver.manage().window()
    let [barWidth, barHeight] = [0, 0]
    await waitFor(`a page of ${width} x ${height}`, async () => {
      await window.setRect({ x: 0, y: 0, width: width + barWidth, height: height + barHeight })
      const outer = await window.getRect()
      const inner = await this.evaluate(() => [innerWidth, innerHeight])
      barWidth = outer.width - inner[0]
      barHeight = outer.height - inner[1]
      return inner[0] === width && inner[1] === height
    })
  }

  async screenshot(path: string): Promise<void> {
    await writeFile(path, await this.driver.takeScreenshot(), 'base64')
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    await withinTime('the end', this.driver.quit(), 10_000).catch(() => undefined)
    endGroup(this.driverProcess)
  }

  private find(role: Role, name: string): Promise<WebElement> {
    const script = `return (${findInPage})(...arguments)`
    const what = `${role} “${name}”`
    return waitFor(what, () => withinTime(what, this.driver.executeScript<WebElement | null>(script, role, name)))
  }
}

/** None of this machine's own settings, and nothing to talk to but the screen. */
function environment({ home, display }: Place, isZoomed: boolean): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    DISPLAY: display,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: home,
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    // Nothing that other programs of this machine offer, cameras among it.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    GTK_THEME: themeName,
    ...(isZoomed ? { GDK_SCALE: '2' } : {}),
  }
}

const themeName = 'narrow'

/** With the usual theme the browser's tool bar is too wide for a window as wide as a phone. */
async function writeTheme(home: string): Promise<void> {
  const folder = join(home, 'themes', themeName, 'gtk-3.0')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'gtk.css'), '* { min-width: 0; min-height: 0; margin: 0; padding: 0; font-size: 6px; }')
}

/** What pages complain of, as the browser writes it; the driver hands it on. */
function errorsIn({ stdout, stderr }: ChildProcess): readonly string[] {
  const errors: string[] = []
  for (const output of [stdout, stderr]) {
    if (!output) continue
    createInterface(output).on('line', (line) => {
      if (/^CONSOLE \w+ ERROR/.test(line)) errors.push(line)
    })
  }
  return errors
}

async function startXvfb(xvfb: string): Promise<{ readonly display: string; readonly process: ChildProcess }> {
  const size = `${screen.width}x${screen.height}x24`
  const server = spawn(xvfb, ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  // It writes the number of the display that it found free.
  for await (const line of createInterface(server.stdio[3] as Readable)) return { display: `:${line}`, process: server }
  throw new Error('Xvfb ended before it had a display.')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid)
  } catch {
    // It has ended.
  }
}
