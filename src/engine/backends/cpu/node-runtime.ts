import type { CpuRuntime, Ort } from '../runtime.ts'

/** ONNX Runtime's CPU provider in Node, for tests and the command line. */
export async function nodeCpuRuntime(): Promise<CpuRuntime> {
  const ort = await import('onnxruntime-node')
  // It has the same classes as onnxruntime-web, but types from another release of their common package.
  return { provider: 'cpu', ort: ort as unknown as Ort }
}
