/**
 * Prints, for clips of numbered frames, which frames a reading took and what the browser's own player shows at the same
 * times: `npx tsx scripts/clip-table.ts [--fps N] [--windows FRAMES] [FILES]`. Without files: the clips of fixtures/data/numbered. The exit
 * status is 1 where they differ. A dash: the player did not get to that frame, or landed on a neighbour.
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startChromium } from '../cli/chromium-page.ts'
import { fixtureFolder } from './fixture-bundle.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fps: { type: 'string', default: '2' }, windows: { type: 'string', default: '16' } },
})
const own = fileURLToPath(new URL('../fixtures/data/numbered/', import.meta.url))
const paths =
  positionals.length > 0
    ? positionals.map((path) => resolve(path))
    : readdirSync(own)
        .sort()
        .map((name) => join(own, name))
if (!existsSync(fixtureFolder))
  throw new Error('Run “npx tsx scripts/prepare.ts” first: a small bundle reads the clips.')

/** Well within a frame of up to 60 a second: players round the times of seeks. */
const insideS = 0.004

const folders = Object.fromEntries(paths.map((path, i) => [`clip${i}`, dirname(path)]))
const chromium = await startChromium(
  { files: {}, folders: { ...folders, bundle: fixtureFolder } },
  { withoutAdapter: true },
)
let differ = 0
try {
  const page = await chromium.open('e2e/harness/clip-table/clip-table.html')
  for (const [i, path] of paths.entries()) {
    const name = `clip${i}/${encodeURIComponent(basename(path))}`
    const options = { framesPerSecond: Number(values.fps), windowFrames: Number(values.windows) }
    const { frames, windows, notices, clip, error } = await page.evaluate(
      ([file, how]) => window.clipTable.read(file, how),
      [name, options] as const,
    )
    const times = frames.map(({ timeS }) => timeS + insideS)
    const shown =
      times.length === 0
        ? []
        : await page.evaluate(([file, at]) => window.clipTable.player(file, at), [name, times] as const)
    const isPlayed = shown.some((frame) => frame !== undefined)
    const numbers = frames.map(({ number }) => number)
    // A player that seeks in a recording may land on a neighbour, by what the recorder wrote of durations.
    const isThere = shown.map((frame, at) => frame && Math.abs(frame.timeS - frames[at].timeS) < insideS)
    const isEqual =
      isThere.some((is) => is) && shown.every((frame, at) => !isThere[at] || frame?.number === numbers[at])
    if (isPlayed && !isEqual) differ++
    console.log(
      `\n${basename(path)}${clip ? `: ${clip.width} x ${clip.height}, ends at ${clip.endS.toFixed(2)} s, ${clip.framesPerSecond.toFixed(1)} frames a second, ${clip.codec}, ${windows} windows` : ''}`,
    )
    if (frames.length > 0) {
      console.log(`  time, s  ${frames.map(({ timeS }) => timeS.toFixed(2).padStart(6)).join('')}`)
      console.log(`  read     ${row(numbers)}`)
      console.log(
        `  player   ${isPlayed ? row(shown.map((frame, at) => (isThere[at] ? frame?.number : undefined))) : 'cannot play it'}${isPlayed ? (isEqual ? '  equal' : '  DIFFERENT') : ''}`,
      )
      const sizes = new Set(frames.map(({ width, height }) => `${width} x ${height}`))
      if (sizes.size > 1) console.log(`  sizes    ${[...sizes].join(', then ')}`)
    }
    for (const notice of notices) console.log(`  said     ${notice}`)
    if (error) console.log(`  refused  ${error.code}: ${error.message} ${error.action}`)
  }
} finally {
  await chromium.close()
}
console.log(differ === 0 ? '\nEvery frame is the one that the player shows.' : `\n${differ} clips differ.`)
process.exitCode = differ === 0 ? 0 : 1

function row(numbers: readonly (number | undefined)[]): string {
  return numbers.map((number) => String(number ?? '-').padStart(6)).join('')
}
