import type { Tensor } from 'onnxruntime-web'
import { floatsToHalves } from '../../base/float16.ts'
import type { Ort } from './runtime.ts'

/** ONNX Runtime's tensor, for the rest of the engine, which does not import ONNX Runtime. */
export type { Tensor } from 'onnxruntime-web'

/** The float type that a graph computes in. */
export type Compute = 'f32' | 'f16'

/** Creates tensors in host memory. */
export class HostTensors {
  constructor(private readonly ort: Ort) {}

  float32(values: Float32Array, dims: readonly number[]): Tensor {
    return new this.ort.Tensor('float32', values, dims)
  }

  /** Floats in the type of a graph that computes in `compute`. */
  float(compute: Compute, values: Float32Array, dims: readonly number[]): Tensor {
    return this.encodedFloat(compute, compute === 'f32' ? values : toHalves(values), dims)
  }

  /** Floats that are already encoded in that type: float16 as 16-bit patterns. */
  encodedFloat(compute: Compute, values: Float32Array | Uint16Array, dims: readonly number[]): Tensor {
    return new this.ort.Tensor(floatTypeName(compute), values, dims)
  }

  int64(values: readonly number[], dims: readonly number[]): Tensor {
    return new this.ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims)
  }

  int32(values: readonly number[], dims: readonly number[]): Tensor {
    return new this.ort.Tensor('int32', Int32Array.from(values), dims)
  }
}

/** The bytes that a GPU buffer holds for these floats. */
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
