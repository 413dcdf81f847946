import type { Page, Worker } from '@playwright/test'

/** The engine's worker that a page has now, beside those that follow faces or build. */
export function engineWorker(page: Page): Worker {
  const worker = page.workers().findLast((each) => /\/engine\.[^/]*$/.test(each.url()))
  if (!worker) throw new Error("The page has no engine's worker.")
  return worker
}

/**
 * Script that every engine's worker of a page runs before its own. What the worker began with may be a line that
 * imports the rest (see `scripts/worker-facade.ts`), and what is imported runs first: the script goes to where the
 * worker's own code is. To be called before the page opens.
 */
export async function beforeWorker(page: Page, script: string): Promise<void> {
  await page.route('**/engine.{worker,shared}-*.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: withPrelude(script, await response.text()) })
  })
}

/** A worker's file with a script before it; of a mere import the file as it is. */
export function withPrelude(script: string, code: string): string {
  return /^import\s*"[^"]+";?\s*$/.test(code) ? code : `${script};${code}`
}
