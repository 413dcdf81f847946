import type { FaceNetworks } from './face-networks.ts'
import type { ReadNetwork } from './network-files.ts'
import { type Ort, ortFaceNetworks } from './ort-face-networks.ts'

/**
 * Opens the face networks on the processor in Node, for the command line and tests: `cli/face-networks.ts` reads the
 * files.
 *
 * @throws FaceError `faces-not-loaded`
 */
export async function nodeFaceNetworks(read: ReadNetwork): Promise<FaceNetworks> {
  const ort = await import('onnxruntime-node')
  // It has the same classes as onnxruntime-web, but types from another release of their common package. One thread, as in
  // browsers: sums then have the same order each time, and the language model keeps the other cores.
  return ortFaceNetworks(ort as unknown as Ort, read, { intraOpNumThreads: 1, interOpNumThreads: 1 })
}
