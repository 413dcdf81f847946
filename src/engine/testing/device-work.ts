/** Calls to a device, and bytes that were mapped. */
export interface DeviceWork {
  readonly bindGroups: number
  readonly bufferWrites: number
  readonly computePasses: number
  readonly dispatches: number
  readonly submits: number
  readonly mappedBytes: number
}

/** Counts the work of a new device; the returned function gives the counts since its last call. */
export function countWork(device: GPUDevice): () => DeviceWork {
  const none = { bindGroups: 0, bufferWrites: 0, computePasses: 0, dispatches: 0, submits: 0, mappedBytes: 0 }
  let work = { ...none }
  const count = <Name extends string>(
    target: Record<Name, (...args: never[]) => unknown>,
    name: Name,
    what: keyof DeviceWork,
    by: (...args: never[]) => number = () => 1,
  ) => {
    const original = target[name].bind(target)
    target[name] = (...args: never[]) => {
      work[what] += by(...args)
      return original(...args)
    }
  }
  count(device, 'createBindGroup', 'bindGroups')
  count(device.queue, 'writeBuffer', 'bufferWrites')
  count(device.queue, 'submit', 'submits')
  const createCommandEncoder = device.createCommandEncoder.bind(device)
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor)
    const beginComputePass = encoder.beginComputePass.bind(encoder)
    encoder.beginComputePass = (passDescriptor) => {
      const pass = beginComputePass(passDescriptor)
      work.computePasses++
      count(pass, 'dispatchWorkgroups', 'dispatches')
      count(pass, 'dispatchWorkgroupsIndirect', 'dispatches')
      return pass
    }
    return encoder
  }
  const createBuffer = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor)
    const { size } = descriptor
    count(buffer, 'mapAsync', 'mappedBytes', (_mode: number, offset = 0, length = size - offset) => length)
    return buffer
  }
  return () => {
    const counted = work
    work = { ...none }
    return counted
  }
}
