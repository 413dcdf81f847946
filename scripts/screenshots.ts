/**
 * `npm run screenshots` takes pictures of every state of the page (`src/app/testing/stories.ts`) at four sizes in two
 * themes, and puts them with a contact sheet of each look into .cache/screenshots.
 *
 * - `-- --accept` also keeps the sheets in fixtures/screens, which tests compare with, and the README's pictures in docs.
 * - `-- --readme` takes the README's pictures alone, and keeps them.
 * - `-- --compare` holds the sheets against the kept ones, story by story, and fails where one has changed.
 * - `-- --axe` takes no pictures: it asks axe about every story at five sizes in two themes, and fails on what it finds.
 *
 * Names of stories, or the beginnings of names, choose among them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { type Browser, chromium } from 'playwright'
import { stories } from '../src/app/testing/stories.ts'
import { chromiumArgs, findChromium } from './find-chromium.ts'
import { compareWithBaseline, keepBaseline } from './screens/baseline.ts'
import { differsFrom, tolerance } from './screens/compare.ts'
import { checkedSizes, looksOf, pictureSizes } from './screens/looks.ts'
import { serveStories } from './screens/stories-site.ts'
import { walkStories } from './screens/walk.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache/screenshots')

/** Pictures of the README: the file in docs, and the picture that it is made of. */
const readme = [
  { name: 'first-visit', from: '1440x900-light/first/read.png' },
  { name: 'several-faces', from: '1440x900-dark/faces/in-turn.png' },
  { name: 'phone', from: '390x844-light/camera/reading.png' },
] as const

async function keepReadme(): Promise<void> {
  for (const { name, from } of readme) {
    const image = await loadImage(await readFile(join(folder, from)))
    const canvas = createCanvas(image.width, image.height)
    canvas.getContext('2d').drawImage(image, 0, 0)
    await writeFile(join(root, 'docs', `${name}.webp`), canvas.encodeSync('webp', 85))
  }
}

/** Tells what went wrong, if anything did. */
function report(found: readonly string[]): void {
  for (const line of found) console.error(line)
  if (found.length > 0) process.exitCode = 1
}

async function shoot(browser: Browser, address: string, names: readonly string[], flags: ReadonlySet<string>) {
  await mkdir(folder, { recursive: true })
  const { sheets, fonts, found } = await walkStories(browser, address, {
    names,
    looks: looksOf(pictureSizes),
    arePicturesTaken: true,
    folder,
    isChecked: false,
  })
  console.log(`${names.length * sheets.length} pictures of ${names.length} stories in ${folder}`)
  report(found)
  if (flags.has('--compare')) {
    const outcome = await compareWithBaseline(sheets, { fonts, stories: names })
    if (!outcome.isCompared) console.log(`The pictures were not compared: ${outcome.reason}.`)
    else {
      for (const [look, { compared, changed, unknown, gone }] of outcome.byLook) {
        console.log(`${look}: ${compared} stories compared, ${changed.length} changed`)
        report([
          ...changed.map((each) => `${look}: ${each} changed`),
          ...unknown.map((name) => `${look}: no picture of ${name} is kept`),
          ...gone.map((name) => `${look}: ${name} is kept and told no more`),
        ])
      }
      console.log(`Changed: ${tolerance * 100} % of a thumbnail differs by ${differsFrom} of 255 steps or more.`)
    }
  }
  if (flags.has('--accept')) await keepBaseline(sheets, { fonts, stories: names })
  if (flags.has('--accept') || flags.has('--readme')) await keepReadme()
}

process.chdir(root)
const args = process.argv.slice(2)
const flags = new Set(args.filter((each) => each.startsWith('--')))
const wanted = args.filter((each) => !each.startsWith('--'))
const all = Object.keys(stories)
const ofReadme = readme.map(({ from }) => from.slice(from.indexOf('/') + 1, -'.png'.length))
const names = flags.has('--readme')
  ? ofReadme
  : wanted.length === 0
    ? all
    : all.filter((name) => wanted.some((each) => name.startsWith(each)))
if (names.length === 0) throw new Error(`no story is called ${wanted.join(' or ')}`)
if (names.length < all.length && (flags.has('--accept') || flags.has('--compare'))) {
  throw new Error('pictures are kept and compared of all stories at once')
}
const executablePath = findChromium()
const site = await serveStories('command')
const browser = await chromium.launch({ args: [...chromiumArgs], ...(executablePath ? { executablePath } : {}) })
try {
  if (flags.has('--axe')) {
    const looks = looksOf(checkedSizes)
    const { checked, found } = await walkStories(browser, site.address, {
      names,
      looks,
      arePicturesTaken: false,
      isChecked: true,
    })
    report(found)
    console.log(`${names.length} stories x ${looks.length}: ${checked} checked, ${found.length} violations`)
  } else await shoot(browser, site.address, names, flags)
} finally {
  await browser.close()
  await site.close()
}
