import type { Tensor } from 'onnxruntime-web'
import { floatsToHalves } from '../float16.ts'
import type { Runtime } from './runtime.ts'

export type Compute = 'f32' | 'f16'

/** Floats as a graph of this compute type takes them. */
export function floatTensor(runtime: Runtime, compute: Compute, values: Float32Array, dims: readonly number[]): Tensor {
  return compute === 'f32'
    ? new runtime.ort.Tensor('float32', values, dims)
    : new runtime.ort.Tensor('float16', toHalves(values), dims)
}

export function int64Tensor(runtime: Runtime, values: readonly number[], dims: readonly number[]): Tensor {
  return new runtime.ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims)
}

export function int32Tensor(runtime: Runtime, values: readonly number[], dims: readonly number[]): Tensor {
  return new runtime.ort.Tensor('int32', Int32Array.from(values), dims)
}

/** The bytes a GPU buffer holds for these floats. */
export function encodeFloats(
  compute: Compute,
  values: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  return compute === 'f32' ? values : toHalves(values)
}

export function bytesPerFloat(compute: Compute): number {
  return compute === 'f32' ? 4 : 2
}

export function floatTypeName(compute: Compute): 'float32' | 'float16' {
  return compute === 'f32' ? 'float32' : 'float16'
}

function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length)
  floatsToHalves(values, halves)
  return halves
}
