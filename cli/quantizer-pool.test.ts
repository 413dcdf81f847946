import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { QuantizerPool } from './quantizer-pool.ts'

it('hands on why a thread ended, to jobs that come later, too', async () => {
  const worker = new Worker("throw new Error('no module')", { eval: true })
  const pool = new QuantizerPool(1, () => worker)
  await once(worker, 'error')
  const sizes = { rows: 1, cols: 32, paddedCols: 0, rowFactors: new Float32Array(1), colFactors: new Float32Array(32) }
  const stored = { bytes: new Uint8Array(64), dtype: 'F16', ...sizes } as const
  const format = { bits: 4, scales: 'f32', zeroPoints: false } as const
  await expect(pool.quantize(stored, format)).rejects.toThrow('no module')
  await pool.close()
})
