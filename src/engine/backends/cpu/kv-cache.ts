import type { Tensor } from 'onnxruntime-web'
import type { TextConfig } from '../../../qwen25vl/index.ts'
import {
  type Feeds,
  type Fetches,
  type KvCache,
  kvParts,
  type Outputs,
  pastFeeds,
  presentFetches,
} from '../decoder-backend.ts'
import type { Compute, HostTensors } from '../tensors.ts'

/** Tensors in host memory; each run returns them longer than it was given them. */
export class CpuKvCache implements KvCache {
  private readonly tensors = new Map<string, Tensor>()

  constructor(
    private readonly host: HostTensors,
    private readonly text: TextConfig,
    private readonly compute: Compute,
  ) {
    for (const part of kvParts(text.layers)) this.tensors.set(part, this.tensor(this.values(0), 0))
  }

  feeds(): Feeds {
    return pastFeeds(this.tensors)
  }

  fetches(): Fetches {
    return presentFetches(new Map(kvParts(this.text.layers).map((part) => [part, null])))
  }

  accept(outputs: Outputs): void {
    for (const [part, old] of this.tensors) {
      this.tensors.set(part, outputs[`present.${part}`])
      old.dispose()
    }
  }

  truncate(length: number): void {
    const { kvHeads, headDim } = this.text
    for (const [part, old] of this.tensors) {
      const slots = old.dims[2]
      if (slots <= length) continue
      const from = old.data as Float32Array | Uint16Array
      const to = this.values(length)
      for (let head = 0; head < kvHeads; head++) {
        const start = head * slots * headDim
        to.set(from.subarray(start, start + length * headDim), head * length * headDim)
      }
      this.tensors.set(part, this.tensor(to, length))
      old.dispose()
    }
  }

  copyFrom(other: KvCache, length: number): void {
    if (!(other instanceof CpuKvCache)) throw new Error('caches of different backends')
    for (const [part, old] of this.tensors) {
      const from = other.tensors.get(part)
      if (!from) throw new Error('caches of different models')
      const values = from.data as Float32Array | Uint16Array
      this.tensors.set(part, this.tensor(values.slice(), from.dims[2]))
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
    return this.host.encodedFloat(this.compute, values, [1, this.text.kvHeads, slots, this.text.headDim])
  }
}
