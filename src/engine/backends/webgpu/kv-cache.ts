import type { Tensor } from 'onnxruntime-web'
import type { TextConfig } from '../../../qwen25vl/index.ts'
import { type Feeds, type Fetches, type KvCache, kvParts, pastFeeds, presentFetches } from '../decoder-backend.ts'
import type { GpuRuntime } from '../runtime.ts'
import { bytesPerFloat, type Compute, floatTypeName } from '../tensors.ts'
import { storageBuffer } from './buffers.ts'

/**
 * One GPU buffer of full capacity for each tensor, bound both as past and as present: a run writes new slots in place,
 * nothing is copied, and a rollback only passes a smaller length.
 */
export class WebGpuKvCache implements KvCache {
  private readonly tensors = new Map<string, Tensor>()
  private readonly buffers: GPUBuffer[] = []

  constructor(
    private readonly runtime: GpuRuntime,
    private readonly text: TextConfig,
    private readonly compute: Compute,
    readonly capacity: number,
  ) {
    const dims = [1, text.kvHeads, capacity, text.headDim]
    const size = text.kvHeads * capacity * text.headDim * bytesPerFloat(compute)
    const dataType = floatTypeName(compute)
    for (const part of kvParts(text.layers)) {
      const buffer = storageBuffer(runtime.device, size)
      this.buffers.push(buffer)
      this.tensors.set(part, runtime.ort.Tensor.fromGpuBuffer(buffer, { dataType, dims }))
    }
  }

  feeds(): Feeds {
    return pastFeeds(this.tensors)
  }

  fetches(): Fetches {
    return presentFetches(this.tensors)
  }

  accept(): void {
    // The run has written its outputs into the same buffers.
  }

  truncate(): void {
    // Slots beyond the length that a run is given are never read.
  }

  copyFrom(other: KvCache, length: number): void {
    if (!(other instanceof WebGpuKvCache) || other.capacity !== this.capacity) {
      throw new Error('caches of different backends or capacities')
    }
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
