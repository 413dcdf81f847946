/**
 * What became of every injected fault. Tests write one record each, in Vitest and Playwright alike; the test command
 * gathers them, prints a table and writes `test-results/faults.json`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache', 'faults')
const table = join(root, 'test-results', 'faults.json')

/** Every fault that a whole run has to inject; a run that leaves one out has failed. */
export const faults = [
  'network cut at 70 %',
  'flipped byte',
  'quota exceeded mid-download',
  'OPFS unavailable',
  'eviction between visits',
  'two tabs',
  'tab killed while loading',
  'device lost during load',
  'device lost during prefill',
  'device lost during decode',
  'worker killed',
  'worker of faces killed',
  'face networks missing',
  'out of memory on buffer creation',
  'main thread frozen for 10 s',
  'system sleep',
  'camera unplugged and back',
  'hostile manifest',
  'output with HTML or markdown',
  'damaged manifests, headers and bundles',
] as const

export type FaultName = (typeof faults)[number]

export interface FaultRecord {
  readonly fault: FaultName
  /** How it was brought about. */
  readonly injected: string
  /** refused: nothing was begun. recovered: it went on by itself. resumed: it went on from what was kept. */
  readonly outcome: 'recovered' | 'resumed' | 'refused' | 'failed'
  /** What was not lost, in figures where there are any. */
  readonly kept: string
}

/** Called by a test when all its expectations hold: a test that fails leaves no record. */
export function recordFault(record: FaultRecord): void {
  mkdirSync(folder, { recursive: true })
  const name = `${record.fault} ${record.injected}`.replace(/[^a-z0-9]+/gi, '-').slice(0, 120)
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(record))
}

export function forgetFaults(): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Prints and writes the table. Returns the faults of which no test has left a record. */
export function gatherFaults(): FaultName[] {
  const files = safeList().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as FaultRecord)
  const missing = faults.filter((fault) => !files.some((record) => record.fault === fault))
  const rows = faults.flatMap((fault): FaultRecord[] => {
    const records = files.filter((record) => record.fault === fault)
    return records.length > 0 ? records : [{ fault, injected: 'no test has recorded it', outcome: 'failed', kept: '-' }]
  })
  mkdirSync(dirname(table), { recursive: true })
  writeFileSync(table, `${JSON.stringify(rows, null, 2)}\n`)
  console.log('\n| fault | injected | outcome | kept |\n| --- | --- | --- | --- |')
  for (const { fault, injected, outcome, kept } of rows)
    console.log(`| ${fault} | ${injected} | ${outcome} | ${kept} |`)
  return missing
}

function safeList(): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}
