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

export interface Pictures {
  readonly sheets: readonly Sheet[]
  readonly fonts: string
  /** Errors and warnings that pages gave. */
  readonly found: readonly string[]
}

/**
 * Takes a picture of every story in every look, and a sheet of each look.
 *
 * @param folder for the pictures at their full size; default: they are not kept
 */
export async function takePictures(
  browser: Browser,
  address: string,
  { names, looks, folder }: { names: readonly string[]; looks: readonly Look[]; folder?: string },
): Promise<Pictures> {
  const sheets: Sheet[] = []
  let fonts = ''
  const found = await walk(browser, address, looks, async (look, teller) => {
    fonts ||= await fontFingerprint(teller.page)
    const sheet = new ContactSheet(new SheetLayout(names, look.size))
    for (const name of names) {
      await teller.tell(name)
      const png = await teller.page.screenshot()
      await sheet.add(name, png)
      if (!folder) continue
      const file = join(folder, lookName(look), `${name}.png`)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, png)
    }
    const webp = sheet.encode()
    sheets.push({ look, webp })
    if (folder) await writeFile(join(folder, `${lookName(look)}.webp`), webp)
  })
  return { sheets, fonts, found }
}

/** What axe, and a look at the width, find wrong with every story in every look: `STORY, LOOK: what`. */
export async function checkStories(
  browser: Browser,
  address: string,
  { names, looks }: { names: readonly string[]; looks: readonly Look[] },
): Promise<{ readonly checked: number; readonly found: readonly string[] }> {
  const wrong: string[] = []
  let checked = 0
  const found = await walk(browser, address, looks, async (look, teller) => {
    const { page } = teller
    await installAxe(page)
    for (const name of names) {
      await teller.tell(name)
      const where = `${name}, ${lookName(look)}`
      wrong.push(...(await violations(page)).map((each) => `${where}: ${each}`))
      const beyond = await overflow(page)
      if (beyond > 0) wrong.push(`${where}: ${beyond} px wider than the window`)
      checked++
    }
  })
  return { checked, found: [...wrong, ...found] }
}
