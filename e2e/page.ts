import {
  type Browser,
  test as base,
  type ConsoleMessage,
  chromium,
  expect,
  type Page,
  type Request,
} from '@playwright/test'
import { chromiumArgs, findChromium, webgpuArgs } from '../scripts/find-chromium.ts'
import { fixtureName } from '../scripts/fixture-bundle.ts'
import type { StageId } from '../src/affect/stages.ts'
import { actionOf } from '../src/app/actions.ts'
import { words as model } from '../src/app/panels/model/words.ts'
import { words as sources } from '../src/app/panels/sources/words.ts'
import { words as status } from '../src/app/panels/status/words.ts'
import { words as timeline } from '../src/app/panels/timeline/words.ts'
import { words as session } from '../src/app/session/words.ts'
import type { HandedFrame, RecordedSummary } from '../src/app/test-hooks.ts'
import { blankState } from '../src/app/testing/fake-session.ts'
import type { Transcript } from '../src/app/transcript.ts'
import { RequestLog } from './request-log.ts'
import { WeightServer } from './weight-server.ts'

/** In place of `webgpuArgs`: the browser finds no adapter. */
const withoutAdapter = '--disable-gpu'

/** A frame budget that costs little: 16 video tokens a pair; for tests that compare no tokens. */
export const smallFrames = { minPixels: 784, maxPixels: 12_544 } as const

/**
 * What tests that look at no token choose: on a software adapter time goes into the tokens of frames and of questions, of
 * which the fixture's tokenizer makes one a letter.
 */
export const quick = {
  reading: { frameBudget: smallFrames },
  prompts: { attributes: 'Face?', expression: 'Expression?', emotion: 'Emotion?' },
  probes: { isOn: false },
  faces: { isOn: false },
}

/** Whether an update names this emotion and this action unit. */
export function reads(emotion: string, unit: string): (said: Transcript) => boolean {
  return ({ texts }) =>
    (texts.emotion ?? '').includes(emotion) && new RegExp(`\\b${unit}\\b`).test(texts.expression ?? '')
}

/** Has the page load the bundle of the random reference checkpoint, which is small and quick. */
export const fixture = `bundle=models/${fixtureName}/`

declare global {
  /** Sources that the page had opened when a test last chose a file. */
  var openedBefore: number | undefined
}

/** The page under test, with the few things that tests do to it. */
export class ReaderPage {
  constructor(readonly page: Page) {}

  /**
   * Opens the page with the fixtures' bundle and waits for it; `query` goes into the address. The checks of kernels and bundle take a
   * software adapter ten seconds: tests that do not look at them leave them out.
   */
  async open(query = 'test', check: 'checked' | 'unchecked' = 'unchecked'): Promise<void> {
    await this.page.goto(`?${query}&${fixture}${check === 'unchecked' ? '&unchecked' : ''}`)
    await expect(this.page.getByText(status.random.title)).toBeVisible({ timeout: 60_000 })
  }

  /** Gives the page a video file, as the file picker would. */
  async choose(file: string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }) {
    // In the page, so that a page loaded anew counts from none.
    await this.page.evaluate(() => {
      globalThis.openedBefore = globalThis.videmoTest?.opened() ?? 0
    })
    await this.page.getByLabel('Video file').setInputFiles(file)
  }

  /** Gives the page several files at once. */
  async chooseAll(files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[]) {
    await this.page.getByLabel('Video file').setInputFiles([...files])
  }

  /** The one row of sources: `camera`, `file` and `drawn` have buttons, the others are in the page's menu. */
  get sources() {
    return this.page.getByRole('navigation', { name: sources.sources })
  }

  /** The button of a source in the row. */
  sourceButton(source: 'camera' | 'file' | 'drawn') {
    return this.sources.getByRole('button', { name: sources.source[source], exact: true })
  }

  async openSample(): Promise<void> {
    await this.act(actionOf('sample').title(blankState))
  }

  async openScreen(): Promise<void> {
    await this.act(actionOf('screen').title(blankState))
  }

  /** Ends the reading and what is captured, by its key. Escape stops nothing: it only closes what lies on top. */
  async stop(): Promise<void> {
    await this.page.keyboard.press('x')
  }

  /**
   * Reads again, and stops at the moment at which the new reading has so many tokens of a stage: in the page, so that no
   * slow test comes too late.
   */
  async readAgainUntil(stage: StageId, tokens: number): Promise<void> {
    const again = this.page.getByRole('button', { name: /Read again|Start reading/ })
    await again.evaluate(
      async (button: HTMLButtonElement, { stage, tokens }) => {
        const newest = () => globalThis.videmoTest?.transcripts() ?? []
        const before = newest()
        const isDue = () => newest() !== before && (newest().at(-1)?.ids[stage]?.length ?? 0) >= tokens
        button.click()
        while (!isDue()) await new Promise((resolve) => setTimeout(resolve, 5))
        dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true }))
      },
      { stage, tokens },
    )
  }

  /** What this visitor had chosen before the page opens. */
  async settings(settings: object): Promise<void> {
    await this.page.addInitScript((json) => localStorage.setItem('videmo-settings', json), JSON.stringify(settings))
  }

  /** Opens a panel by its menu entry. */
  async openPanel(title: string): Promise<void> {
    await this.act(title)
    await expect(this.page.getByRole('dialog')).toBeVisible()
  }

  /** Loads the bundle at an address, as a person would. */
  async load(address: string): Promise<void> {
    await this.openPanel('Model')
    const field = await this.addressField()
    await field.fill(address)
    await field.press('Enter')
  }

  /** The field of a bundle's address, which is folded in the model's drawer. */
  async addressField() {
    const field = this.page.getByLabel(model.own.address)
    if (!(await field.isVisible())) await this.page.getByText(model.own.title, { exact: true }).click()
    return field
  }

  /** The chip of the status line: the title of the weightiest notice, and how many more there are. */
  get chip() {
    return this.page.getByRole('group', { name: status.notices }).getByRole('button')
  }

  /** Presses the chip; the notices in full. */
  async openNotices() {
    await this.chip.click()
    const notices = this.page.getByRole('dialog', { name: status.notices })
    await expect(notices).toBeVisible()
    return notices
  }

  /** Does something from the page's menu. */
  async act(title: string): Promise<void> {
    await this.page.getByRole('button', { name: 'All actions' }).click()
    await this.page.getByRole('menuitem', { name: title, exact: true }).click()
  }

  async transcripts(): Promise<readonly Transcript[]> {
    return this.page.evaluate(() => globalThis.videmoTest?.transcripts() ?? [])
  }

  async framesOf(update: number): Promise<HandedFrame[]> {
    return this.page.evaluate((update) => globalThis.videmoTest?.framesOf(update) ?? [], update)
  }

  /** Tokens of these stages in the newest update. */
  async tokenCount(...stages: StageId[]): Promise<number> {
    const last = (await this.transcripts()).at(-1)
    return stages.reduce((sum, stage) => sum + (last?.ids[stage]?.length ?? 0), 0)
  }

  /** How many updates of the reading on show are complete. */
  async finished(): Promise<number> {
    return (await this.transcripts()).filter(({ figures }) => figures).length
  }

  /** Complete readings that the page has, the oldest first, without opening their list. */
  async recorded(): Promise<readonly RecordedSummary[]> {
    return this.page.evaluate(() => globalThis.videmoTest?.recorded() ?? [])
  }

  /** How many complete readings the page has: for `expect.poll`. */
  async readingCount(): Promise<number> {
    return (await this.recorded()).length
  }

  /** Opens the list of complete readings, which lies over the page until Escape closes it. */
  async openReadings(): Promise<void> {
    // With their number behind.
    await this.page.getByRole('button', { name: new RegExp(`^${timeline.earlier}`) }).click()
    await expect(this.page.getByRole('dialog')).toBeVisible()
  }

  /** Complete readings in the opened list. */
  get readings() {
    return this.page.getByRole('dialog').getByRole('region', { name: timeline.readings }).getByRole('listitem')
  }

  answer(title: 'Attributes' | 'Expression' | 'Emotion') {
    return this.page.getByRole('article', { name: title })
  }

  /** Waits until the file that was chosen last is on show: while it is looked into, what was before stays. */
  async waitForOpened(): Promise<void> {
    await this.page.waitForFunction(
      () => (globalThis.videmoTest?.opened() ?? 1) > (globalThis.openedBefore ?? 0),
      null,
      {
        timeout: 60_000,
      },
    )
  }

  /** Waits until all three answers are there. */
  async waitForReading(): Promise<void> {
    await this.waitForOpened()
    await expect(this.page.getByRole('status')).toHaveText(session.complete, { timeout: 240_000 })
  }

  /** Waits until an answer streams, with most of it still to come. */
  async midAnswer(): Promise<void> {
    const isStreaming = async () => {
      const last = (await this.transcripts()).at(-1)
      return last !== undefined && !last.figures && (last.ids.attributes?.length ?? 0) > 0
    }
    await expect.poll(isStreaming, { timeout: 120_000, intervals: [50] }).toBe(true)
  }

  get video() {
    return this.page.getByRole('region', { name: 'Video', exact: true })
  }

  /** What went wrong, told where it happened: a source's at the row of sources. */
  get alert() {
    return this.page.getByRole('alert')
  }
}

/**
 * Of Chromium's own doing: while the stream of a live track is on its way to a worker, it may read a frame on the page's
 * side, posts a copy, and leaves that frame to the collector, which complains. It does so of pages only; frames that a
 * worker of ours would forget it passes over in silence.
 */
const leftToCollector = /^A VideoFrame was garbage collected without being closed/

interface Fixtures {
  readonly reader: ReaderPage
  /** Fails a test when the page asks another origin for anything, or reports an error. */
  readonly watch: { readonly expectedErrors: RegExp[]; readonly allowedOrigins: string[] }
  /** A host of weights elsewhere, which the test's person has chosen. */
  readonly weights: WeightServer
  /** Another browser, without the flags of the tests' own: on a machine without a GPU it finds no adapter. */
  readonly blindBrowser: Browser
}

interface WorkerFixtures {
  /** Where everything went that any page of this browser asked for. A browser that a test starts must be shown to it. */
  readonly requests: RequestLog
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  requests: [
    async ({ browser }, use, { project, workerIndex }) => {
      const log = new RequestLog(new URL(project.use.baseURL ?? '').origin)
      log.watchBrowser(browser)
      await use(log)
      log.save(`${project.name}-${workerIndex}`)
    },
    { scope: 'worker', auto: true },
  ],
  watch: [
    async ({ page, baseURL, requests }, use) => {
      const foreignBefore = requests.foreign.length
      const origin = new URL(baseURL ?? '').origin
      const strangers: string[] = []
      const errors: string[] = []
      const expectedErrors: RegExp[] = []
      const allowedOrigins: string[] = []
      // Of the context, not of the page: workers' requests count too.
      page.context().on('request', (request: Request) => {
        const url = new URL(request.url())
        const isLocal = url.protocol === 'blob:' || url.protocol === 'data:'
        if (!isLocal && url.origin !== origin) strangers.push(request.url())
      })
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message: ConsoleMessage) => {
        if (message.type() === 'error' && !leftToCollector.test(message.text())) errors.push(message.text())
      })
      await use({ expectedErrors, allowedOrigins })
      const unexpected = strangers.filter((url) => !allowedOrigins.includes(new URL(url).origin))
      expect(unexpected, 'requests that left the origin').toEqual([])
      // Of any page and context; nobody may choose those.
      expect(requests.foreign.slice(foreignBefore), 'requests that left this machine').toEqual([])
      expect(errors.filter((error) => !expectedErrors.some((pattern) => pattern.test(error)))).toEqual([])
    },
    { auto: true },
  ],
  weights: async ({ watch }, use) => {
    const server = await WeightServer.start()
    watch.allowedOrigins.push(server.origin)
    await use(server)
    server.close()
  },
  blindBrowser: async ({ requests }, use) => {
    const executablePath = findChromium()
    const browser = await chromium.launch({
      args: [...chromiumArgs, withoutAdapter],
      ...(executablePath ? { executablePath } : {}),
    })
    requests.watchBrowser(browser)
    await use(browser)
    await browser.close()
  },
  reader: async ({ page }, use) => use(new ReaderPage(page)),
})

/**
 * A browser of its own that finds no adapter, on a machine without a GPU: pages compute on the processor, which small
 * models do faster than a software adapter. For what does not depend on where it is computed.
 */
export const processorTest = test.extend<object, object>({
  launchOptions: [
    async ({ launchOptions }, use) => {
      const args = (launchOptions.args ?? []).filter((arg) => !webgpuArgs.includes(arg))
      await use({ ...launchOptions, args: [...args, withoutAdapter] })
    },
    { scope: 'worker' },
  ],
})

export { expect } from '@playwright/test'
