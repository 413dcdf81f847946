import { expect, fixture, test } from './page.ts'

// All other tests wait for this one: a suite that finds no adapter must not go green on nothing.
test('there is an adapter that computes', async ({ page }) => {
  await page.goto(`?test&${fixture}`)
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter()
    if (!found) return undefined
    const { vendor, architecture, description } = found.info
    const device = await found.requestDevice()
    const bytes = 16
    const [input, output] = [GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC, GPUBufferUsage.MAP_READ].map((usage) =>
      device.createBuffer({ size: bytes, usage: usage | GPUBufferUsage.COPY_DST }),
    )
    const module = device.createShaderModule({
      code: `@group(0) @binding(0) var<storage, read_write> values: array<u32>;
             @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { values[id.x] = id.x * id.x; }`,
    })
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } })
    const layout = pipeline.getBindGroupLayout(0)
    const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: input } }] })
    const commands = device.createCommandEncoder()
    const pass = commands.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(1)
    pass.end()
    commands.copyBufferToBuffer(input, 0, output, 0, bytes)
    device.queue.submit([commands.finish()])
    await output.mapAsync(GPUMapMode.READ)
    const squares = [...new Uint32Array(output.getMappedRange())]
    device.destroy()
    return { vendor, architecture, description, squares }
  })
  console.log(`    adapter: ${JSON.stringify(adapter)}`)
  expect(adapter?.squares).toEqual([0, 1, 4, 9])
  expect(`${adapter?.vendor} ${adapter?.architecture} ${adapter?.description}`).toMatch(/swiftshader/i)
})
