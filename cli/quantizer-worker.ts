import { parentPort } from 'node:worker_threads'
import { quantizeStored } from '../src/build/precision/quantize.ts'
import type { QuantizeJob } from './quantizer-pool.ts'

parentPort?.on('message', ({ stored, format }: QuantizeJob) => {
  const block = quantizeStored(stored, format)
  const { data, scales, zeroPoints } = block.rows
  parentPort?.postMessage(block, [data.buffer, scales.buffer, zeroPoints.buffer] as ArrayBuffer[])
})
