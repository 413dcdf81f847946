/** `npx tsx bench/faces-report.ts FILES|FOLDER`: what is followed and measured of the faces in clips and pictures. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openFaceNetworks } from '../cli/face-networks.ts'
import { measuredUnits } from '../src/affect/measures.ts'
import { type FileReport, followedFile } from './followed-file.ts'

const shown = /\.(mp4|mpg|mkv|webm|mov|avi|jpe?g|png|webp)$/i

function printed({ file, frames, summaries, msAFrame }: FileReport): string {
  const lines = [
    `${basename(file)}: ${frames.length} frames, ${msAFrame.toFixed(1)} ms a frame, ${summaries.length} tracks`,
  ]
  for (const { track, firstS, lastS, present, units, head, heightPx, events, flaws } of summaries) {
    const place = `${heightPx.toFixed(0)} px, yaw ${head.yaw.toFixed(0)}, pitch ${head.pitch.toFixed(0)}, roll ${head.roll.toFixed(0)}`
    lines.push(
      `  ${track}: ${firstS.toFixed(2)} to ${lastS.toFixed(2)} s, present ${(100 * present).toFixed(0)} %, ${place}`,
    )
    const levels = measuredUnits
      .filter((unit) => units[unit].peak >= 0.1)
      .map((unit) => `${unit} ${units[unit].mean.toFixed(2)}/${units[unit].peak.toFixed(2)}`)
    lines.push(`    mean/peak: ${levels.join('  ')}`)
    if (events.length > 0) {
      const told = events.map(
        ({ kind, startS, endS, strength }) =>
          `${kind} ${startS.toFixed(2)}-${endS.toFixed(2)} (${strength.toFixed(2)})`,
      )
      lines.push(`    events: ${told.join(', ')}`)
    }
    const reasons = Object.entries(flaws).map(([flaw, share]) => `${flaw} ${(100 * share).toFixed(0)} %`)
    if (reasons.length > 0) lines.push(`    flaws: ${reasons.join(', ')}`)
  }
  return lines.join('\n')
}

const given = process.argv.slice(2)
const files: string[] = []
for (const each of given.filter((argument) => !argument.startsWith('--'))) {
  if ((await stat(each)).isDirectory()) {
    files.push(...(await readdir(each)).filter((name) => shown.test(name)).map((name) => join(each, name)))
  } else files.push(each)
}
if (files.length === 0) throw new Error('Name files or folders: npx tsx bench/faces-report.ts FILES|FOLDER [--tiles]')
const networks = await openFaceNetworks()
for (const file of files) console.log(printed(await followedFile(file, networks, given.includes('--tiles'))))
await networks.close()
