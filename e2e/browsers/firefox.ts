import { fileURLToPath } from 'node:url'
import puppeteer, { type Browser, type BrowserContext, type ElementHandle, type Page } from 'puppeteer-core'
import type { FirefoxPaths } from '../../scripts/find-browsers.ts'
import { ClosedDoor } from '../request-log.ts'
import {
  findInPage,
  type Role,
  type Size,
  type TestBrowser,
  type VisitOptions,
  type Visitor,
  waitFor,
} from './visitor.ts'

const zoomExtension = fileURLToPath(new URL('zoom-extension', import.meta.url))

/** What Firefox would ask others for by itself is off; what asks all the same comes to a closed door. */
function preferences(doorPort: number) {
  return {
    'network.proxy.type': 1,
    'network.proxy.http': '127.0.0.1',
    'network.proxy.http_port': doorPort,
    'network.proxy.ssl': '127.0.0.1',
    'network.proxy.ssl_port': doorPort,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'app.update.disabledForTesting': true,
    'media.gmp-manager.url': '',
    'extensions.update.enabled': false,
    'browser.region.network.url': '',
    'browser.safebrowsing.provider.google4.updateURL': '',
    'browser.safebrowsing.provider.mozilla.updateURL': '',
    'browser.topsites.contile.enabled': false,
    'datareporting.healthreport.uploadEnabled': false,
    'dom.push.connection.enabled': false,
    'extensions.systemAddon.update.enabled': false,
    'media.gmp-manager.updateEnabled': false,
    'services.settings.server': 'data:,#remote-settings-dummy/v1',
    'toolkit.telemetry.server': '',
    // A camera of Firefox's own, which shows one colour after another, and no question about it.
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    'dom.w3c_touch_events.enabled': 1,
  }
}

/** Firefox without a window. Each visitor has a container tab of his own, in which nothing is kept yet. */
export async function startFirefox({ firefox }: FirefoxPaths): Promise<TestBrowser> {
  const door = new ClosedDoor()
  const doorPort = await door.open()
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: firefox,
    headless: true,
    defaultViewport: null,
    args: ['--width=1280', '--height=900'],
    // Without it the address of Firefox's remote settings cannot be changed.
    env: { ...process.env, MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' },
    extraPrefsFirefox: preferences(doorPort),
  })
  await browser.installExtension(zoomExtension)
  return {
    name: (await browser.version()).replace('firefox/', 'Firefox '),
    asked: door.asked,
    visit: (options) => FirefoxVisitor.arrive(browser, options),
    close: async () => {
      await browser.close()
      await door.close()
    },
  }
}

class FirefoxVisitor implements Visitor {
  readonly canTouch = true
  readonly errors: string[] = []

  private constructor(
    private readonly context: BrowserContext,
    private readonly page: Page,
    private readonly isZoomed: boolean,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
  }

  static async arrive(browser: Browser, { isZoomed = false }: VisitOptions = {}): Promise<FirefoxVisitor> {
    const context = await browser.createBrowserContext()
    return new FirefoxVisitor(context, await context.newPage(), isZoomed)
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(this.isZoomed ? `${url}#zoomed` : url)
    if (this.isZoomed) await waitFor('zoom', () => this.page.evaluate(() => devicePixelRatio === 2))
  }

  evaluate<A extends readonly unknown[], T>(run: (...args: A) => T | Promise<T>, ...args: A): Promise<T> {
    return this.page.evaluate(`(${run})(...${JSON.stringify(args)})`) as Promise<T>
  }

  async click(role: Role, name: string): Promise<void> {
    await (await this.find(role, name)).click()
  }

  async tap(role: Role, name: string): Promise<void> {
    await (await this.find(role, name)).tap()
  }

  async enter(label: string, text: string): Promise<void> {
    const field = await this.find('textbox', label)
    await field.click({ count: 3 })
    await field.type(text)
    await field.press('Enter')
  }

  async choose(label: string, path: string): Promise<void> {
    await ((await this.find('file', label)) as ElementHandle<HTMLInputElement>).uploadFile(path)
  }

  async setViewport(size: Size): Promise<void> {
    await this.page.setViewport(size)
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path: path as `${string}.png` })
  }

  async close(): Promise<void> {
    await this.context.close()
  }

  private find(role: Role, name: string): Promise<ElementHandle<HTMLElement>> {
    return waitFor(`${role} “${name}”`, async () => {
      return (await this.page.evaluateHandle(findInPage, role, name)).asElement() as ElementHandle<HTMLElement> | null
    })
  }
}
