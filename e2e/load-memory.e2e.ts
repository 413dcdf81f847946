import { createHash } from 'node:crypto'
import type { CDPSession } from '@playwright/test'
import { expect, test } from './page.ts'

/** Added to a file of weights, so that a copy of it on a heap would stand out. */
const padding = 96 * 2 ** 20
const padded = 'decoder.data.000'

/** Memory of the engine's worker at one moment, bytes. */
interface Heap {
  /** Objects. */
  readonly usedSize: number
  /** What typed arrays and WebAssembly lie in. */
  readonly backingStorageSize: number
}

test('a bundle goes from the network to the disk and from there to the GPU without a copy on the heap', async ({
  page,
  weights,
}) => {
  weights.change(padded, (bytes) => Buffer.concat([bytes, Buffer.alloc(padding)]))
  weights.change('manifest.json', (bytes) => {
    const manifest = JSON.parse(bytes.toString())
    const file = manifest.files.find(({ path }: { readonly path: string }) => path === padded)
    const whole = weights.bytesOf(padded)
    file.bytes = whole.length
    file.sha256 = createHash('sha256').update(whole).digest('hex')
    return Buffer.from(JSON.stringify(manifest))
  })
  const session = await page.context().newCDPSession(page)
  const peak = { used: 0, backing: 0, wasm: 0 }
  const watch = await watchWorkers(session, async (ask) => {
    const { usedSize, backingStorageSize } = await ask('Runtime.getHeapUsage')
    peak.used = Math.max(peak.used, usedSize)
    peak.backing = Math.max(peak.backing, backingStorageSize ?? 0)
  })
  await page.goto(`?test&tokens=2&unchecked&bundle=${weights.url}`)
  const offer = page.getByRole('button', { name: /^Download 10\d/ })
  await offer.click({ timeout: 60_000 })
  const loaded = page.getByText(new RegExp(`${new URL(weights.url).host} · q4`)).first()
  await expect(loaded).toBeVisible({ timeout: 180_000 })
  const first = { ...peak }
  Object.assign(peak, { used: 0, backing: 0, wasm: 0 })
  await page.reload()
  await expect(loaded).toBeVisible({ timeout: 120_000 })
  peak.wasm = await wasmBytes(watch.newest())
  watch.stop()
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  const total = padding + 1.8e6
  console.log(
    `    a bundle of ${mb(total)}: peak of the JS heap ${mb(first.used)}, of buffers ${mb(first.backing)} while it is ` +
      `downloaded; ${mb(peak.used)} and ${mb(peak.backing)} while it is loaded from the disk, WebAssembly ${mb(peak.wasm)}`,
  )
  expect(watch.samples()).toBeGreaterThan(10)
  expect(peak.wasm).toBeGreaterThan(0)
  for (const each of [first, peak]) expect(each.used + each.backing).toBeLessThan(padding)
  expect(peak.wasm).toBeLessThan(padding)
})

/** Of every WebAssembly memory of the worker; they never shrink. */
async function wasmBytes(ask: Ask): Promise<number> {
  const { result } = await ask('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' })
  const { objects } = await ask('Runtime.queryObjects', { prototypeObjectId: result.objectId })
  const sum = await ask('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) }',
    returnByValue: true,
  })
  return sum.result.value
}

interface Reply extends Heap {
  readonly result: { readonly objectId: string; readonly value: number }
  readonly objects: { readonly objectId: string }
}

/** Asks a worker's debugger. */
type Ask = (method: string, params?: object) => Promise<Reply>

/** Calls `look` for every worker of the page again and again, until it is stopped. */
async function watchWorkers(session: CDPSession, look: (ask: Ask) => Promise<void>) {
  let isOver = false
  let samples = 0
  let messages = 0
  let newest: Ask | undefined
  const answers = new Map<number, (reply: Reply) => void>()
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message)
    answers.get(id)?.(result)
    answers.delete(id)
  })
  session.on('Target.attachedToTarget', async ({ sessionId, targetInfo }) => {
    if (targetInfo.type !== 'worker') return
    let isGone = false
    session.on('Target.detachedFromTarget', (gone) => {
      isGone ||= gone.sessionId === sessionId
    })
    const ask: Ask = (method, params = {}) => {
      const id = ++messages
      const answered = new Promise<Reply>((resolve) => answers.set(id, resolve))
      const message = JSON.stringify({ id, method, params })
      const sent = session.send('Target.sendMessageToTarget', { sessionId, message })
      return sent.then(() => answered)
    }
    newest = ask
    while (!isOver && !isGone) {
      const looked = look(ask)
        .then(() => samples++)
        .catch(() => undefined)
      await Promise.race([looked, new Promise((resolve) => setTimeout(resolve, 1000))])
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  return {
    samples: () => samples,
    newest(): Ask {
      if (!newest) throw new Error('no worker')
      return newest
    },
    stop: () => {
      isOver = true
    },
  }
}
