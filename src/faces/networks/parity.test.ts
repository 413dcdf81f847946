import { expect, it } from 'vitest'
import { openFaceNetworks, readNetwork } from '../../../cli/face-networks.ts'
import { aboveAllowed, differences, readPictures, tellDifferences } from '../testing/reference.ts'
import { runReference } from '../testing/reference-run.ts'
import type { FaceNetworks } from './face-networks.ts'
import { ortFaceNetworks } from './ort-face-networks.ts'

/** As in browsers. */
async function plainBuild(): Promise<FaceNetworks> {
  const ort = await import('onnxruntime-web/wasm')
  ort.env.wasm.numThreads = 1
  return ortFaceNetworks(ort, readNetwork, { executionProviders: ['wasm'] })
}

it.each([
  ['on ONNX Runtime in Node', openFaceNetworks],
  ['on its plain WebAssembly build in Node', plainBuild],
] as const)('gives what TensorFlow Lite gives, %s', async (where, open) => {
  const networks = await open()
  const outputs = await runReference(networks, readPictures())
  await networks.close()
  const found = differences(outputs)
  tellDifferences(where, found)
  expect(aboveAllowed(found)).toEqual([])
})
