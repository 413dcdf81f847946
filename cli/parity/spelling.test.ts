import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ownSet } from './cases.ts'
import { parity } from './parity.ts'

const { checkpoint, cases } = ownSet()
const folder = mkdtempSync(join(tmpdir(), 'videmo-spelling-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('has parity with a config.json that transformers 4.49 saved, which leaves defaults out', async () => {
  cpSync(checkpoint, folder, { recursive: true })
  cpSync(join(checkpoint, '../spellings/4.49.0'), folder, { recursive: true })
  const square = cases.find((path) => path.endsWith('square4')) ?? ''
  for (const dtype of ['fp32', 'q4'] as const) {
    // Every tensor larger than this has a file of its own, in the bundle and in the one of decoded weights.
    const report = await parity({ checkpoint: folder, case: square, dtype, ep: 'cpu', build: { shardBytes: 100_000 } })
    expect(report.ok, JSON.stringify(report)).toBe(true)
  }
})
