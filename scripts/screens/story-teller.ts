import type { Browser, BrowserContext, Page } from 'playwright'
import { stories } from '../../src/app/testing/stories.ts'
import { keepTimers } from './axe.ts'
import type { Look } from './looks.ts'

/** What every story begins at, so that ages and dates on the page are the same in every picture. */
const begin = new Date('2026-03-02T09:00:00Z')
/** Longer than it takes a slow machine to stop a clock, ms. */
const aWhileMs = 3_600_000
/** How long a story runs before it is looked at, ms: what follows the text at its own pace has caught up. */
const runsForMs = 1000

/** Tells stories on one page, without loading it anew. Its clock stands still except while a story is told. */
export class StoryTeller {
  /** What went wrong on the page since it was opened, as `STORY: what`. */
  readonly found: string[] = []
  private name = ''

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.found.push(`${this.name}: ${error}`))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.found.push(`${this.name}: ${message.text()}`)
    })
  }

  static async open(browser: Browser, address: string): Promise<StoryTeller> {
    // The built page's policy keeps out the styles and scripts of tests, too.
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      bypassCSP: true,
      locale: 'en-US',
      timezoneId: 'UTC',
    })
    const page = await context.newPage()
    await page.addInitScript(keepTimers)
    await page.addInitScript(() => {
      // The same order of made-up things each time.
      let seed = 1
      Math.random = () => {
        seed = (seed * 16_807) % 2_147_483_647
        return seed / 2_147_483_647
      }
    })
    const teller = new StoryTeller(context, page)
    await page.goto(address)
    await page.waitForFunction(() => globalThis.tellStory !== undefined)
    await page.addStyleTag({
      content:
        '*, ::before, ::after { animation: none !important; transition: none !important; caret-color: transparent !important }',
    })
    await teller.warmUp()
    // Installed alone it would go on by itself; it can be stopped at a time to come only.
    await page.clock.install({ time: begin })
    await page.clock.pauseAt(new Date(begin.getTime() + aWhileMs))
    return teller
  }

  /** Tells every story once in real time: parts of the page that load late are there from then on. */
  private async warmUp(): Promise<void> {
    for (const name of Object.keys(stories)) {
      await this.page.evaluate((told) => globalThis.tellStory?.(told), name)
      await this.page.waitForTimeout(20)
    }
    await this.page.waitForLoadState('networkidle')
  }

  async see({ size: { width, height }, theme }: Look): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await this.page.setViewportSize({ width, height })
  }

  /** Throws where there is no story of this name. */
  async tell(name: string): Promise<void> {
    const { page } = this
    this.name = name
    // Each story begins at the same time, whatever was told before it.
    await page.clock.setSystemTime(begin)
    if (!(await page.evaluate((told) => globalThis.tellStory?.(told), name))) throw new Error(`no story ${name}`)
    await page.clock.runFor(runsForMs)
    // No clock moves the pictures of videos. One that cannot be played has an error, and never a picture.
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('video')].every((video) => {
          if (video.error) return true
          // A stream has its first picture later than it says that it has.
          const isShown = !video.srcObject || video.getVideoPlaybackQuality().totalVideoFrames > 0
          return video.readyState >= 2 && isShown
        }),
      undefined,
      { polling: 20, timeout: 10_000 },
    )
    await page.clock.runFor(100)
  }

  async close(): Promise<void> {
    await this.context.close()
  }
}
