import type { Tensor } from 'onnxruntime-web'
import type { Runtime } from '../runtime.ts'

/** One number of a pass: of this id, after this row of its tokens. */
export interface Pick {
  readonly row: number
  readonly id: number
}

/** Numbers wanted of a pass, and nothing else of its logits. */
export interface Wanted {
  readonly picks: readonly Pick[]
  /** Logits compare ids after the same row; log-probabilities, over the whole vocabulary, compare and add up anywhere. */
  readonly as: 'logits' | 'log-probabilities'
}

/** Logits of some rows of a pass, of which a few numbers are wanted. */
export interface Scores {
  /** Output `logits` f32 [rows, V]: a tensor to write into, or null for a new one. */
  fetches(rows: number): Record<'logits', Tensor | null>
  /**
   * Takes what a run gave. Later runs may follow before the numbers have come.
   *
   * @param rows the rows of the pass that `logits` holds, in order
   * @returns one number a pick
   */
  read(outputs: Readonly<Record<string, Tensor>>, rows: readonly number[], wanted: Wanted): Promise<Float32Array>
  dispose(): void
}

export function createScores(runtime: Runtime, vocabSize: number): Scores {
  return runtime.provider === 'webgpu' ? new DeviceScores(runtime, vocabSize) : new HostScores(vocabSize)
}

class HostScores implements Scores {
  constructor(private readonly vocabSize: number) {}

  fetches(): { readonly logits: null } {
    return { logits: null }
  }

  async read(
    { logits }: Readonly<Record<string, Tensor>>,
    rows: readonly number[],
    { picks, as }: Wanted,
  ): Promise<Float32Array> {
    const values = logits.data as Float32Array
    const rowOf = (row: number) => {
      const start = rows.indexOf(row) * this.vocabSize
      return values.subarray(start, start + this.vocabSize)
    }
    return Float32Array.from(picks, ({ row, id }) => {
      const all = rowOf(row)
      return as === 'logits' ? all[id] : all[id] - logSumExp(all)
    })
  }

  dispose(): void {
    // The run's tensors are its own.
  }
}

function logSumExp(values: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) if (value > most) most = value
  let sum = 0
  for (const value of values) sum += Math.exp(value - most)
  return most + Math.log(sum)
}

/** Invocations that share a row of logits. */
const lanes = 256

/**
 * One workgroup a pick: log softmax of its row at its id. In the decoder's graph (ReduceLogSumExp runs on WebGPU, too)
 * every token of every answer would pay for it.
 */
const logProbabilities = /* wgsl */ `
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> picks: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> scores: array<f32>;
override vocabulary: u32;
var<workgroup> partial: array<f32, ${lanes}>;

@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let pick = picks[group.x];
  let start = pick.x * vocabulary;
  var most = logits[start];
  for (var i = lane; i < vocabulary; i += ${lanes}u) { most = max(most, logits[start + i]); }
  partial[lane] = most;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] = max(partial[lane], partial[lane + half]); }
    workgroupBarrier();
  }
  most = partial[0];
  workgroupBarrier();
  var sum = 0.0;
  for (var i = lane; i < vocabulary; i += ${lanes}u) { sum += exp(logits[start + i] - most); }
  partial[lane] = sum;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u) { scores[group.x] = logits[start + pick.y] - most - log(partial[0]); }
}
`

/** Four bytes a number leave the device: its logits stay there. */
class DeviceScores implements Scores {
  private logits: { readonly buffer: GPUBuffer; readonly rows: number } | undefined
  private pipeline: GPUComputePipeline | undefined

  constructor(
    private readonly runtime: Extract<Runtime, { provider: 'webgpu' }>,
    private readonly vocabSize: number,
  ) {}

  fetches(rows: number): { readonly logits: Tensor } {
    const { ort } = this.runtime
    const buffer = this.bufferFor(rows)
    return { logits: ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [rows, this.vocabSize] }) }
  }

  read(
    _outputs: Readonly<Record<string, Tensor>>,
    rows: readonly number[],
    { picks, as }: Wanted,
  ): Promise<Float32Array> {
    const { device } = this.runtime
    const { buffer } = this.logits ?? {}
    if (!buffer) throw new Error('nothing was fetched')
    const size = picks.length * 4
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    const at = picks.map(({ row, id }) => [rows.indexOf(row), id] as const)
    const commands = device.createCommandEncoder()
    const done: GPUBuffer[] = [staging]
    if (as === 'logits') {
      for (const [index, [row, id]] of at.entries()) {
        commands.copyBufferToBuffer(buffer, (row * this.vocabSize + id) * 4, staging, index * 4, 4)
      }
    } else {
      const wanted = device.createBuffer({ size: size * 2, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST })
      const scores = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
      done.push(wanted, scores)
      device.queue.writeBuffer(wanted, 0, Uint32Array.from(at.flat()))
      this.dispatch(commands, [buffer, wanted, scores], picks.length)
      commands.copyBufferToBuffer(scores, 0, staging, 0, size)
    }
    device.queue.submit([commands.finish()])
    return mapped(staging).finally(() => {
      for (const each of done) each.destroy()
    })
  }

  dispose(): void {
    this.logits?.buffer.destroy()
    this.logits = undefined
  }

  private bufferFor(rows: number): GPUBuffer {
    if (this.logits && this.logits.rows >= rows) return this.logits.buffer
    // Passes under way still write to it: WebGPU keeps it alive for them.
    this.logits?.buffer.destroy()
    const buffer = this.runtime.device.createBuffer({
      size: rows * this.vocabSize * 4,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    })
    this.logits = { buffer, rows }
    return buffer
  }

  private dispatch(commands: GPUCommandEncoder, buffers: readonly GPUBuffer[], picks: number): void {
    const { device } = this.runtime
    this.pipeline ??= device.createComputePipeline({
      layout: 'auto',
      compute: {
        module: device.createShaderModule({ code: logProbabilities }),
        constants: { vocabulary: this.vocabSize },
      },
    })
    const pass = commands.beginComputePass()
    pass.setPipeline(this.pipeline)
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
    pass.setBindGroup(0, device.createBindGroup({ layout: this.pipeline.getBindGroupLayout(0), entries }))
    pass.dispatchWorkgroups(picks)
    pass.end()
  }
}

async function mapped(staging: GPUBuffer): Promise<Float32Array> {
  await staging.mapAsync(GPUMapMode.READ)
  return new Float32Array(staging.getMappedRange().slice(0))
}
