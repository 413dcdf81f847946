import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Browser } from 'playwright'
import { installAxe, overflow, violations } from './axe.ts'
import { fontFingerprint, type Sheet } from './baseline.ts'
import { ContactSheet, SheetLayout } from './contact-sheet.ts'
import { type Look, lookName } from './looks.ts'
import { StoryTeller } from './story-teller.ts'

/** Pages that tell stories at the same time: as many as a small machine has cores. */
const tellers = 2

/** Has every look seen to, two at a time, each by a page of its own. */
async function walk(
  browser: Browser,
  address: string,
  looks: readonly Look[],
  seeTo: (look: Look, teller: StoryTeller) => Promise<void>,
): Promise<readonly string[]> {
  const waiting = [...looks]
  const found: string[] = []
  const work = async () => {
    if (waiting.length === 0) return
    const teller = await StoryTeller.open(browser, address)
    try {
      for (let look = waiting.shift(); look; look = waiting.shift()) {
        await teller.see(look)
        await seeTo(look, teller)
      }
    } finally {
      found.push(...teller.found)
      await teller.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(tellers, looks.length) }, work))
  return found
}

export interface Walked {
  readonly sheets: readonly Sheet[]
  readonly fonts: string
  /** How often axe has looked at a story. */
  readonly checked: number
  /** What is wrong with stories, as `STORY, LOOK: what`, and errors and warnings that pages gave. */
  readonly found: readonly string[]
}

export interface WalkOptions {
  readonly names: readonly string[]
  readonly looks: readonly Look[]
  /** Whether a picture is taken of every story in every look, and a sheet of each look. */
  readonly arePicturesTaken: boolean
  /** For the pictures at their full size; default: they are not kept. */
  readonly folder?: string
  /** Whether axe, and a look at the width, see to every story in every look. */
  readonly isChecked: boolean
}

/** Tells every story in every look, takes pictures, and looks for what is wrong. */
export async function walkStories(
  browser: Browser,
  address: string,
  { names, looks, arePicturesTaken, folder, isChecked }: WalkOptions,
): Promise<Walked> {
  const sheets: Sheet[] = []
  const wrong: string[] = []
  let fonts = ''
  let checked = 0
  const found = await walk(browser, address, looks, async (look, teller) => {
    const { page } = teller
    fonts ||= await fontFingerprint(page)
    await installAxe(page)
    const sheet = arePicturesTaken ? new ContactSheet(new SheetLayout(names, look.size)) : undefined
    for (const name of names) {
      await teller.tell(name)
      if (sheet) {
        const png = await page.screenshot()
        await sheet.add(name, png)
        if (folder) await keep(join(folder, lookName(look), `${name}.png`), png)
      }
      if (!isChecked) continue
      const where = `${name}, ${lookName(look)}`
      wrong.push(...(await violations(page)).map((each) => `${where}: ${each}`))
      const beyond = await overflow(page)
      if (beyond > 0) wrong.push(`${where}: ${beyond} px wider than the window`)
      checked++
    }
    if (!sheet) return
    const webp = sheet.encode()
    sheets.push({ look, webp })
    if (folder) await keep(join(folder, `${lookName(look)}.webp`), webp)
  })
  return { sheets, fonts, checked, found: [...wrong, ...found] }
}

async function keep(file: string, content: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}
