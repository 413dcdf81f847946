/**
 * Writes the tables of docs/faces.md from the code that they are about: `npx tsx scripts/faces-docs.ts`.
 * `scripts/faces-docs.test.ts` fails where they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measuredUnitNames, unitGrades } from '../src/affect/measured-units.ts'
import { type FaceFlaw, faceFlaws, measuredUnits } from '../src/affect/measures.ts'
import { unitRules } from '../src/faces/action-units.ts'
import { type NetworkName, networkFiles } from '../src/faces/networks/network-files.ts'
import { flawLimits } from '../src/faces/quality.ts'

const page = fileURLToPath(new URL('../docs/faces.md', import.meta.url))

const networkWords: Readonly<Record<NetworkName, string>> = {
  detector: '192 × 192 RGB, a letterboxed frame | 2,304 boxes with scores',
  landmarks: '256 × 256 RGB, a crop a face | 478 points, whether there is a face',
  blendshapes: '146 of the points | 52 blendshapes',
}

const flawWords: Readonly<Record<FaceFlaw, string>> = {
  small: `under ${flawLimits.smallPx} px from hairline to chin`,
  blurred: `sharpness under ${flawLimits.blurred}, of 1`,
  dark: `mean light under ${flawLimits.dark}, of 1`,
  bright: `mean light over ${flawLimits.bright}, of 1`,
  'turned-away': `turned by more than ${flawLimits.turned}°`,
  'cut-off': `more than ${flawLimits.cut * 100} % of its points lie outside the picture`,
  covered: `the landmark network's doubt is over ${flawLimits.covered}, of 1`,
  still: 'nothing has moved for some seconds, as in a picture of a face',
}

/** Each table by its head. */
const tables: Readonly<Record<string, readonly string[]>> = {
  '| network | bytes | takes | gives |': (Object.keys(networkWords) as NetworkName[]).map(
    (name) => `| ${name} | ${networkFiles[name].bytes.toLocaleString('en')} | ${networkWords[name]} |`,
  ),
  '| unit | name | trust | rule |': measuredUnits.map((unit) => {
    const { isDerived, rule } = unitRules[unit]
    return `| ${unit} | ${measuredUnitNames[unit]} | ${unitGrades[unit]} | ${isDerived ? 'derived: ' : ''}${rule} |`
  }),
  '| word | when |': faceFlaws.map((flaw) => `| ${flaw.replace('-', ' ')} | ${flawWords[flaw]} |`),
}

/** The page with its tables as the code has them. Throws Error where a table is missing. */
export function withTables(text: string): string {
  const lines = text.split('\n')
  for (const [head, rows] of Object.entries(tables)) {
    const first = lines.indexOf(head) + 2
    if (first < 2) throw new Error(`docs/faces.md has no table ${head}`)
    lines.splice(first, lines.indexOf('', first) - first, ...rows)
  }
  return lines.join('\n')
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(page, withTables(readFileSync(page, 'utf8')))
}
