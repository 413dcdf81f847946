/** Buffers large enough that no cache holds them, where the device allows it. */
const wantedBytes = 512 * 2 ** 20
const softwareBytes = 64 * 2 ** 20
const rounds = 5

/** Bytes a second of a device's memory, the best of several rounds each. */
export interface Bandwidth {
  /** Read and written by copying a buffer. */
  readonly copyBytesPerS: number
  /** Read by a compute shader: what no kernel that streams weights can exceed. */
  readonly readBytesPerS: number
}

export async function measureBandwidth(device: GPUDevice, isSoftware: boolean): Promise<Bandwidth> {
  return {
    copyBytesPerS: await measureCopies(device, isSoftware),
    readBytesPerS: await measureReads(device, isSoftware),
  }
}

const readShader = /* wgsl */ `
@group(0) @binding(0) var<storage, read> values: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> found: array<vec4<u32>>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&values);
  let stride = groups.x * 256u;
  var sum = vec4<u32>(0u);
  for (var i = id.x; i < count; i += stride) { sum += values[i]; }
  // Never true of zeros, but the compiler cannot know: without it nothing would have to be read.
  if (sum.x == 1u) { found[0] = sum; }
}`

async function measureReads(device: GPUDevice, isSoftware: boolean): Promise<number> {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
  const size = Math.min(maxBufferSize, maxStorageBufferBindingSize, isSoftware ? softwareBytes : wantedBytes)
  const [values, found] = [size, 16].map((bytes) =>
    device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST }),
  )
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: readShader }) },
  })
  const entries = [values, found].map((buffer, binding) => ({ binding, resource: { buffer } }))
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
  const passes = isSoftware ? 1 : 16
  let best = 0
  for (let round = 0; round <= rounds; round++) {
    const commands = device.createCommandEncoder()
    const pass = commands.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    for (let i = 0; i < passes; i++) pass.dispatchWorkgroups(4096)
    pass.end()
    const started = performance.now()
    device.queue.submit([commands.finish()])
    await device.queue.onSubmittedWorkDone()
    const seconds = (performance.now() - started) / 1000
    if (round > 0) best = Math.max(best, (size * passes) / seconds)
  }
  values.destroy()
  found.destroy()
  return best
}

async function measureCopies(device: GPUDevice, isSoftware: boolean): Promise<number> {
  const size = Math.min(device.limits.maxBufferSize, isSoftware ? softwareBytes : wantedBytes)
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const [from, to] = [device.createBuffer({ size, usage }), device.createBuffer({ size, usage })]
  const copies = isSoftware ? 2 : 32
  let best = 0
  for (let round = 0; round <= rounds; round++) {
    const commands = device.createCommandEncoder()
    for (let copy = 0; copy < copies; copy++) commands.copyBufferToBuffer(from, 0, to, 0, size)
    const started = performance.now()
    device.queue.submit([commands.finish()])
    await device.queue.onSubmittedWorkDone()
    const seconds = (performance.now() - started) / 1000
    // The first one fills the pages.
    if (round > 0) best = Math.max(best, (2 * size * copies) / seconds)
  }
  from.destroy()
  to.destroy()
  return best
}
