import { parentPort } from 'node:worker_threads'
import { type QuantizedBlock, quantize } from '../src/build/quantize.ts'
import type { QuantizeJob } from './quantizer-pool.ts'

parentPort?.on('message', ({ values, rows, cols, format }: QuantizeJob) => {
  const block: QuantizedBlock = { ...quantize(values, rows, cols, format), spent: values }
  const { data, scales, zeroPoints } = block.rows
  parentPort?.postMessage(block, [values.buffer, data.buffer, scales.buffer, zeroPoints.buffer] as ArrayBuffer[])
})
