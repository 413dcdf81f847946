import type { Page } from '@playwright/test'
import { beforeWorker, engineWorker } from './worker-prelude.ts'

/** What is made to go wrong in the engine's worker from now on. */
export interface Frailty {
  /** The device is lost when so many more buffers have been made. */
  loseAfterBuffers?: number
  /** Bytes that the device has room for from now on. */
  roomBytes?: number
}

declare global {
  var frailty: Frailty
}

/** Has every engine's worker compute on a device that can be told to fail. To be called before the page opens. */
export async function withFrailDevice(page: Page): Promise<void> {
  await beforeWorker(page, `(${makeFrail})()`)
}

/** Of the worker that the page has now; a worker that takes its place is sound. */
export async function setFrailty(page: Page, frailty: Frailty): Promise<void> {
  await engineWorker(page).evaluate((frailty) => Object.assign(globalThis.frailty, frailty), frailty)
}

/** Runs in the worker, before anything else. */
function makeFrail(): void {
  globalThis.frailty = {}
  const requestDevice = GPUAdapter.prototype.requestDevice
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor)
    // As Chromium does: the buffer is there, is not valid, and the innermost scope for it hears of that.
    const scopes: { filter: GPUErrorFilter; error: GPUError | null }[] = []
    const pushErrorScope = device.pushErrorScope.bind(device)
    const popErrorScope = device.popErrorScope.bind(device)
    device.pushErrorScope = (filter) => {
      scopes.push({ filter, error: null })
      return pushErrorScope(filter)
    }
    device.popErrorScope = async () => {
      const own = scopes.pop()
      return (await popErrorScope()) ?? own?.error ?? null
    }
    const createBuffer = device.createBuffer.bind(device)
    device.createBuffer = (bufferDescriptor) => {
      const { frailty } = globalThis
      if (frailty.loseAfterBuffers !== undefined && --frailty.loseAfterBuffers === 0) device.destroy()
      if (frailty.roomBytes === undefined) return createBuffer(bufferDescriptor)
      frailty.roomBytes -= bufferDescriptor.size
      if (frailty.roomBytes >= 0) return createBuffer(bufferDescriptor)
      const error = new GPUOutOfMemoryError('Not enough memory left.')
      const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory')
      if (scope) scope.error ??= error
      else device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }))
      return createBuffer(bufferDescriptor)
    }
    return device
  }
}
