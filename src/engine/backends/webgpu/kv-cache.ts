import type { Tensor } from 'onnxruntime-web'
import type { TextConfig } from '../../../qwen25vl/index.ts'
import type { Runtime } from '../runtime.ts'
import { bytesPerFloat, type Compute, floatTypeName } from '../tensors.ts'

/** Keys and values of all layers, [1, kv_heads, slots, head_dim] each. */
export interface KvCache {
  /** Inputs `past_key_values.i.key|value`. */
  feeds(): Record<string, Tensor>
  /** Outputs `present.i.key|value`: tensors to write into, or null for new ones. */
  fetches(): Record<string, Tensor | null>
  /** Takes what a run gave. */
  accept(outputs: Readonly<Record<string, Tensor>>): void
  /** Forgets everything after the first `length` slots. */
  truncate(length: number): void
  /** Takes over the first `length` slots of a cache of the same kind and size. */
  copyFrom(other: KvCache, length: number): void
  dispose(): void
}

const parts = ['key', 'value'] as const

/** Tensors that a run returns longer than it got them; for CPU providers. */
export class GrowingCache implements KvCache {
  private readonly tensors = new Map<string, Tensor>()

  constructor(
    private readonly runtime: Runtime,
    private readonly text: TextConfig,
    private readonly compute: Compute,
  ) {
    for (let layer = 0; layer < text.layers; layer++) {
      for (const part of parts) this.tensors.set(`${layer}.${part}`, this.tensor(this.values(0), 0))
    }
  }

  feeds(): Record<string, Tensor> {
    return Object.fromEntries([...this.tensors].map(([name, tensor]) => [`past_key_values.${name}`, tensor]))
  }

  fetches(): Record<string, null> {
    return Object.fromEntries([...this.tensors.keys()].map((name) => [`present.${name}`, null]))
  }

  accept(outputs: Readonly<Record<string, Tensor>>): void {
    for (const [name, old] of this.tensors) {
      this.tensors.set(name, outputs[`present.${name}`])
      old.dispose()
    }
  }

  truncate(length: number): void {
    const { kvHeads, headDim } = this.text
    for (const [name, old] of this.tensors) {
      const slots = old.dims[2]
      if (slots <= length) continue
      const from = old.data as Float32Array | Uint16Array
      const to = this.values(length)
      for (let head = 0; head < kvHeads; head++) {
        const start = head * slots * headDim
        to.set(from.subarray(start, start + length * headDim), head * length * headDim)
      }
      this.tensors.set(name, this.tensor(to, length))
      old.dispose()
    }
  }

  copyFrom(other: KvCache, length: number): void {
    if (!(other instanceof GrowingCache)) throw new Error('caches of different kinds')
    for (const [name, old] of this.tensors) {
      const from = other.tensors.get(name)
      if (!from) throw new Error('caches of different models')
      const values = from.data as Float32Array | Uint16Array
      this.tensors.set(name, this.tensor(values.slice(), from.dims[2]))
      old.dispose()
    }
    this.truncate(length)
  }

  dispose(): void {
    for (const tensor of this.tensors.values()) tensor.dispose()
    this.tensors.clear()
  }

  private values(slots: number): Float32Array | Uint16Array {
    const count = this.text.kvHeads * slots * this.text.headDim
    return this.compute === 'f32' ? new Float32Array(count) : new Uint16Array(count)
  }

  private tensor(values: Float32Array | Uint16Array, slots: number): Tensor {
    const dims = [1, this.text.kvHeads, slots, this.text.headDim]
    return new this.runtime.ort.Tensor(floatTypeName(this.compute), values, dims)
  }
}

/**
 * One GPU buffer a layer and part, bound as past and present alike: nothing grows, nothing is copied, and rewinding
 * is passing a smaller length.
 */
export class StaticCache implements KvCache {
  private readonly tensors = new Map<string, Tensor>()
  private readonly buffers: GPUBuffer[] = []

  constructor(
    private readonly runtime: Extract<Runtime, { provider: 'webgpu' }>,
    private readonly text: TextConfig,
    private readonly compute: Compute,
    readonly capacity: number,
  ) {
    const dims = [1, text.kvHeads, capacity, text.headDim]
    const size = text.kvHeads * capacity * text.headDim * bytesPerFloat(compute)
    for (let layer = 0; layer < text.layers; layer++) {
      for (const part of parts) {
        const buffer = runtime.device.createBuffer({
          size,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
        })
        this.buffers.push(buffer)
        const dataType = floatTypeName(compute)
        this.tensors.set(`${layer}.${part}`, runtime.ort.Tensor.fromGpuBuffer(buffer, { dataType, dims }))
      }
    }
  }

  feeds(): Record<string, Tensor> {
    return Object.fromEntries([...this.tensors].map(([name, tensor]) => [`past_key_values.${name}`, tensor]))
  }

  fetches(): Record<string, Tensor> {
    return Object.fromEntries([...this.tensors].map(([name, tensor]) => [`present.${name}`, tensor]))
  }

  accept(): void {
    // The run wrote where it read.
  }

  truncate(): void {
    // Slots beyond the length are never read.
  }

  copyFrom(other: KvCache, length: number): void {
    if (!(other instanceof StaticCache) || other.capacity !== this.capacity)
      throw new Error('caches of different kinds')
    const { device } = this.runtime
    const perSlot = this.text.headDim * bytesPerFloat(this.compute)
    const commands = device.createCommandEncoder()
    for (const [index, buffer] of this.buffers.entries()) {
      for (let head = 0; head < this.text.kvHeads; head++) {
        const start = head * this.capacity * perSlot
        commands.copyBufferToBuffer(other.buffers[index], start, buffer, start, length * perSlot)
      }
    }
    device.queue.submit([commands.finish()])
  }

  dispose(): void {
    for (const buffer of this.buffers) buffer.destroy()
    this.tensors.clear()
  }
}
