import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { type Comparison, compareStories } from './compare.ts'
import { SheetLayout, thumbnailsOf } from './contact-sheet.ts'
import { type Look, lookName } from './looks.ts'

const folder = fileURLToPath(new URL('../../fixtures/screens/', import.meta.url))
const indexFile = join(folder, 'index.json')

/** The sheets that are kept, and what they were made with. */
interface BaselineIndex {
  /** Of the fonts and the browser that drew them; elsewhere the same page looks otherwise. */
  readonly fonts: string
  readonly stories: readonly string[]
}

/** A sheet as it was encoded. */
export interface Sheet {
  readonly look: Look
  readonly webp: Buffer
}

export type Outcome =
  | { readonly isCompared: false; readonly reason: string }
  | { readonly isCompared: true; readonly byLook: ReadonlyMap<string, Comparison> }

/** What text looks like here: samples of the page's fonts, scripts and weights, drawn and hashed. */
export async function fontFingerprint(page: Page): Promise<string> {
  const pixels = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 480
    canvas.height = 200
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.fillStyle = '#000'
    const families = ['system-ui', 'sans-serif', 'monospace', 'serif']
    for (const [index, family] of families.entries()) {
      context.font = `15px ${family}`
      context.fillText('Appears happy 88 % · سلام שלום ✓✗', 4, 20 + 45 * index)
      context.font = `700 20px ${family}`
      context.fillText('VidEmo AU12 → 2.1–3.8 s', 4, 42 + 45 * index)
    }
    return canvas.toDataURL()
  })
  return createHash('sha256').update(pixels).digest('hex').slice(0, 16)
}

/** Keeps sheets in the place of those that were kept before. */
export async function keepBaseline(sheets: readonly Sheet[], index: BaselineIndex): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const { look, webp } of sheets) await writeFile(join(folder, `${lookName(look)}.webp`), webp)
  await writeFile(indexFile, `${JSON.stringify(index, null, 2)}\n`)
}

/** Holds sheets against the ones that are kept, story by story; says why where that would mean nothing. */
export async function compareWithBaseline(sheets: readonly Sheet[], now: BaselineIndex): Promise<Outcome> {
  const kept = await readFile(indexFile, 'utf8').then(
    (text): BaselineIndex => JSON.parse(text),
    () => undefined,
  )
  if (!kept) return { isCompared: false, reason: 'no pictures are kept in fixtures/screens' }
  if (kept.fonts !== now.fonts) {
    const reason = `this machine draws text otherwise (${now.fonts}) than the one that made the kept pictures (${kept.fonts})`
    return { isCompared: false, reason }
  }
  const byLook = new Map<string, Comparison>()
  for (const { look, webp } of sheets) {
    const file = await readFile(join(folder, `${lookName(look)}.webp`))
    const before = await thumbnailsOf(file, new SheetLayout(kept.stories, look.size))
    // Encoded as the kept one, so that what the format loses is lost on both sides.
    byLook.set(
      lookName(look),
      compareStories(before, await thumbnailsOf(webp, new SheetLayout(now.stories, look.size))),
    )
  }
  return { isCompared: true, byLook }
}
