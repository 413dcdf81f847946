import { env } from '@huggingface/transformers'
import { EngineError } from '../../base/errors.ts'
import { inspectDevice, requestDevice } from '../../device/device.ts'
import { fetchAsyncifyWasm } from '../../engine/backends/asyncify-wasm.ts'
import type { Backend } from './backend.ts'

export interface BrowserBackendOptions {
  /** An adapter in software is used, too, though the processor is faster: for tests. */
  readonly preferAdapter?: boolean
}

/**
 * This browser's GPU, else its processor. ONNX Runtime's WebAssembly comes from the app's own files.
 *
 * @throws EngineError `runtime-not-loaded`, `no-device`
 */
export async function browserBackend({ preferAdapter = false }: BrowserBackendOptions = {}): Promise<Backend> {
  await provideWasm()
  const { report, adapter } = await inspectDevice()
  const software =
    report.state === 'usable' ? report.notices.find(({ kind }) => kind === 'software-adapter') : undefined
  const problem = report.state === 'unusable' ? report.problem : preferAdapter ? undefined : software
  if (problem || !adapter) {
    const why = problem ? ` ${problem.message} ${problem.action}` : ''
    const notices = [`Computing on the processor instead of the GPU, which is slow.${why}`]
    return { device: 'wasm', hasFloat16: false, notices }
  }
  const device = await requestDevice(adapter)
  return {
    device: 'webgpu',
    sessionOptions: { executionProviders: [{ name: 'webgpu', device }] },
    hasFloat16: device.features.has('shader-f16'),
    notices: [],
    lost: device.lost.then(({ message }) => deviceLost(message)),
  }
}

/** In place of the content delivery network that transformers.js names. */
async function provideWasm(): Promise<void> {
  const { wasm } = env.backends.onnx
  if (!wasm) throw runtimeNotLoaded(new Error('transformers.js has no ONNX Runtime for browsers'))
  try {
    wasm.wasmBinary = await fetchAsyncifyWasm()
  } catch (cause) {
    throw runtimeNotLoaded(cause)
  }
  delete wasm.wasmPaths
  // Its threads would start from the script that this is bundled into.
  wasm.numThreads = 1
}

function runtimeNotLoaded(cause: unknown): EngineError {
  return new EngineError({
    code: 'runtime-not-loaded',
    message: 'The part of the app that computes could not be loaded.',
    action: 'Check the connection, then reload the page.',
    recoverable: true,
    cause,
  })
}

function deviceLost(message: string): EngineError {
  return new EngineError({
    code: 'device-lost',
    message: `The graphics device was lost${message ? `: ${message}` : ''}.`,
    action: 'Load the model again; if it happens again, close other pages that use the GPU.',
    recoverable: true,
  })
}
