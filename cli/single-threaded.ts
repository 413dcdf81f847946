import type { Runtime } from '../src/engine/backends/runtime.ts'

/** Several clips at a time make better use of a small model than several threads of one. */
export function singleThreaded(runtime: Runtime): Runtime {
  const { InferenceSession } = runtime.ort
  const create = (model: string, options: object) =>
    InferenceSession.create(model, { ...options, intraOpNumThreads: 1, interOpNumThreads: 1 })
  return { ...runtime, ort: { ...runtime.ort, InferenceSession: { create } as unknown as typeof InferenceSession } }
}
