import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { measuredUnitNames, unitGrades } from '../src/affect/measured-units.ts'
import { faceFlaws, measuredUnits } from '../src/affect/measures.ts'
import { unitRules } from '../src/faces/action-units.ts'
import { networkFiles } from '../src/faces/networks/network-files.ts'
import { flawLimits } from '../src/faces/quality.ts'

const page = readFileSync('docs/faces.md', 'utf8')

describe('docs/faces.md', () => {
  it('has the units as they are measured and graded', () => {
    const rows = measuredUnits.map((unit) => {
      const { isDerived, rule } = unitRules[unit]
      const derived = isDerived ? 'derived: ' : ''
      return `| ${unit} | ${measuredUnitNames[unit]} | ${unitGrades[unit]} | ${derived}${rule} |`
    })
    expect(rowsBelow('| unit | name | trust | rule |')).toEqual(rows)
  })

  it('has the networks with their sizes', () => {
    const sizes = rowsBelow('| network | bytes | takes | gives |').map((row) => row.split('|').slice(1, 3))
    expect(sizes.map(([name, bytes]) => [name.trim(), Number(bytes.replaceAll(',', ''))])).toEqual(
      Object.entries(networkFiles).map(([name, { bytes }]) => [name, bytes]),
    )
  })

  it('has every word of quality, with its limit', () => {
    const rows = rowsBelow('| word | when |')
    expect(rows.map((row) => row.split('|')[1].trim())).toEqual(faceFlaws.map((flaw) => flaw.replace('-', ' ')))
    const limits = [flawLimits.smallPx, flawLimits.blurred, flawLimits.dark, flawLimits.bright, flawLimits.turned]
    const given = [...limits, flawLimits.cut, flawLimits.covered].map(String)
    expect(rows.slice(0, given.length).map((row) => /[\d.]+/.exec(row)?.[0])).toEqual(given)
  })
})

/** The rows of the table with this head. */
function rowsBelow(head: string): string[] {
  const lines = page.split('\n')
  const first = lines.indexOf(head) + 2
  return lines.slice(first, lines.indexOf('', first))
}
