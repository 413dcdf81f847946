import type { Ort, Runtime } from '../runtime.ts'

/** ONNX Runtime's CPU provider in Node: the numeric workhorse of tests and of the command line. */
export async function nodeCpuRuntime(): Promise<Runtime> {
  const ort = await import('onnxruntime-node')
  // The same classes as onnxruntime-web's, from another release of their common package.
  return { provider: 'cpu', ort: ort as unknown as Ort }
}
