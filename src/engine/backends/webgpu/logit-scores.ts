import type { Tensor } from 'onnxruntime-web'
import type { LogitQuery, LogitScores, Outputs } from '../decoder-backend.ts'
import type { GpuRuntime } from '../runtime.ts'
import { stagingBuffer, storageBuffer } from './buffers.ts'

/** Invocations of one workgroup, which reduce a row of logits together. */
const lanes = 256

/**
 * Computes the log softmax of a row at one id, with one workgroup for each pick. It is a shader of its own because every
 * token of every answer would pay for it if it were part of the decoder's graph (where ReduceLogSumExp could do it).
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

/** Looks numbers up in logits that stay on the device; four bytes are read back for each. */
export class WebGpuLogitScores implements LogitScores {
  private logits: { readonly buffer: GPUBuffer; readonly rows: number } | undefined
  private pipeline: GPUComputePipeline | undefined

  constructor(
    private readonly runtime: GpuRuntime,
    private readonly vocabSize: number,
  ) {}

  fetches(rows: number): { readonly logits: Tensor } {
    const { ort } = this.runtime
    const buffer = this.bufferFor(rows)
    return { logits: ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [rows, this.vocabSize] }) }
  }

  read(_outputs: Outputs, rows: readonly number[], { picks, as }: LogitQuery): Promise<Float32Array> {
    const { device } = this.runtime
    const { buffer } = this.logits ?? {}
    if (!buffer) throw new Error('No logits were fetched.')
    const size = picks.length * 4
    const staging = stagingBuffer(device, size)
    const at = picks.map(({ row, id }) => [rows.indexOf(row), id] as const)
    const commands = device.createCommandEncoder()
    const temporary: GPUBuffer[] = [staging]
    if (as === 'logits') {
      for (const [index, [row, id]] of at.entries()) {
        commands.copyBufferToBuffer(buffer, (row * this.vocabSize + id) * 4, staging, index * 4, 4)
      }
    } else {
      const wanted = device.createBuffer({ size: size * 2, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST })
      const scores = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC })
      temporary.push(wanted, scores)
      device.queue.writeBuffer(wanted, 0, Uint32Array.from(at.flat()))
      this.dispatch(commands, [buffer, wanted, scores], picks.length)
      commands.copyBufferToBuffer(scores, 0, staging, 0, size)
    }
    device.queue.submit([commands.finish()])
    return mapped(staging).finally(() => {
      for (const each of temporary) each.destroy()
    })
  }

  dispose(): void {
    this.logits?.buffer.destroy()
    this.logits = undefined
  }

  private bufferFor(rows: number): GPUBuffer {
    if (this.logits && this.logits.rows >= rows) return this.logits.buffer
    // Passes that were queued still write to the old buffer: WebGPU keeps it alive until they are done.
    this.logits?.buffer.destroy()
    const buffer = storageBuffer(this.runtime.device, rows * this.vocabSize * 4)
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
