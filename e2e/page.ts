import { test as base, type ConsoleMessage, expect, type Page, type Request } from '@playwright/test'

/** The page under test, with the few things that tests do to it. */
export class ReaderPage {
  constructor(readonly page: Page) {}

  /** Opens the page and waits for its bundle; `query` goes into the address. */
  async open(query = 'test'): Promise<void> {
    await this.page.goto(`?${query}`)
    await expect(this.page.getByText('this small bundle has random weights')).toBeVisible({ timeout: 60_000 })
  }

  /** Gives the page a video file, as the file picker would. */
  async choose(file: string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }) {
    await this.page.getByLabel('Video file').setInputFiles(file)
  }

  answer(title: 'Attributes' | 'Expression' | 'Emotion') {
    return this.page.getByRole('article', { name: title })
  }

  /** Waits until all three answers are there. */
  async waitForReading(): Promise<void> {
    await expect(this.page.getByRole('status')).toHaveText('The reading is complete.', { timeout: 240_000 })
  }

  get alert() {
    return this.page.getByRole('alert')
  }
}

interface Fixtures {
  readonly reader: ReaderPage
  /** Fails a test when the page asks another origin for anything, or reports an error. */
  readonly watch: { readonly expectedErrors: RegExp[] }
}

export const test = base.extend<Fixtures>({
  watch: [
    async ({ page, baseURL }, use) => {
      const origin = new URL(baseURL ?? '').origin
      const strangers: string[] = []
      const errors: string[] = []
      const expectedErrors: RegExp[] = []
      // Of the context, not of the page: workers' requests count too.
      page.context().on('request', (request: Request) => {
        const url = new URL(request.url())
        const isLocal = url.protocol === 'blob:' || url.protocol === 'data:'
        if (!isLocal && url.origin !== origin) strangers.push(request.url())
      })
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message: ConsoleMessage) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await use({ expectedErrors })
      expect(strangers, 'requests that left the origin').toEqual([])
      expect(errors.filter((error) => !expectedErrors.some((pattern) => pattern.test(error)))).toEqual([])
    },
    { auto: true },
  ],
  reader: async ({ page }, use) => use(new ReaderPage(page)),
})

export { expect } from '@playwright/test'
