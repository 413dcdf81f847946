import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright'

declare global {
  var axe: { run(options: RunOptions): Promise<AxeResults> }
  /** The page's own timers, where its clock stands still: axe goes by them. */
  var runningTimers: { readonly setTimeout: typeof setTimeout; readonly clearTimeout: typeof clearTimeout } | undefined
}

const script = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** Has a page keep its timers for axe, before its clock is stopped; for `addInitScript`. */
export function keepTimers(): void {
  globalThis.runningTimers = {
    setTimeout: globalThis.setTimeout.bind(globalThis),
    clearTimeout: globalThis.clearTimeout.bind(globalThis),
  }
}

/** Puts axe into a page, once for all the times that it is asked. */
export async function installAxe(page: Page): Promise<void> {
  const source = await readFile(script, 'utf8')
  await page.evaluate(`(({ setTimeout, clearTimeout }) => {${source}})(globalThis.runningTimers ?? globalThis)`)
}

/** Everything that axe finds wrong with what the page shows now: `color-contrast (serious): #a, #b`. */
export async function violations(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run({
      resultTypes: ['violations'],
      // Off unless asked for: targets of 24 px.
      rules: { 'target-size': { enabled: true } },
    })
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      targets: nodes.map(({ target }) => target.join(' ')),
    }))
  })
  return found.map(({ id, impact, targets }) => `${id} (${impact}): ${targets.join(', ')}`)
}

/** By how much the page is wider than its window, px: it must never scroll sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
