import type { Tensor } from 'onnxruntime-web'
import { floatsToHalves } from '../../base/float16.ts'
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

/** Rows f32 [n, width] of several tensors under one another; the tensor itself where there is only one. Dispose of it. */
export function concatRows(runtime: Runtime, parts: readonly Tensor[]): Tensor {
  const [first] = parts
  if (parts.length === 1) return first
  const width = first.dims[1]
  const rows = parts.reduce((sum, { dims }) => sum + dims[0], 0)
  if (runtime.provider === 'cpu') {
    const values = new Float32Array(rows * width)
    let at = 0
    for (const part of parts) {
      values.set(part.data as Float32Array, at)
      at += part.size
    }
    return new runtime.ort.Tensor('float32', values, [rows, width])
  }
  const { device, ort } = runtime
  const buffer = device.createBuffer({
    size: rows * width * 4,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  })
  const commands = device.createCommandEncoder()
  let at = 0
  for (const part of parts) {
    commands.copyBufferToBuffer(part.gpuBuffer as unknown as GPUBuffer, 0, buffer, at, part.size * 4)
    at += part.size * 4
  }
  device.queue.submit([commands.finish()])
  const dispose = () => buffer.destroy()
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [rows, width], dispose })
}
