import { createHash } from 'node:crypto'
import type { CDPSession } from '@playwright/test'
import { fixtureName } from '../scripts/fixture-bundle.ts'
import { expect, test } from './page.ts'
import { engineWorker } from './worker-prelude.ts'

/** Added to a file of weights: a copy of it on a heap would stand out. Little enough to be fetched unasked. */
const padding = 44 * 2 ** 20
const padded = 'decoder.data.000'
/** Several are on the heap at a time. */
const chunkBytes = 2 * 2 ** 20

/** Memory of the engine's worker at one moment, bytes. */
interface Heap {
  /** Objects. */
  readonly usedSize: number
  /** What typed arrays and WebAssembly lie in. */
  readonly backingStorageSize: number
}

test.setTimeout(600_000)

test('a bundle goes from the disk to the GPU without a copy on a heap', async ({ page, weights }) => {
  const whole = Buffer.concat([weights.bytesOf(padded), Buffer.alloc(padding)])
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const sha256 = hash(whole)
  const starts = Array.from({ length: Math.ceil(whole.length / chunkBytes) }, (_, index) => index * chunkBytes)
  const chunks = { bytes: chunkBytes, sha256: starts.map((at) => hash(whole.subarray(at, at + chunkBytes))) }
  weights.change(padded, () => whole)
  weights.changeManifest(({ files }) => ({
    files: files.map((file) => (file.path === padded ? { ...file, bytes: whole.length, sha256, chunks } : file)),
  }))
  // Long before the runtime is there.
  page.on('worker', (worker) => void worker.evaluate(watchWasm).catch(() => undefined))
  const session = await page.context().newCDPSession(page)
  const peak = { used: 0, backing: 0, wasm: 0 }
  const watch = await watchWorkers(session, async (ask) => {
    const { usedSize, backingStorageSize } = await ask('Runtime.getHeapUsage')
    peak.used = Math.max(peak.used, usedSize)
    peak.backing = Math.max(peak.backing, backingStorageSize ?? 0)
  })
  /** Loads a bundle into a new worker; the most that it held meanwhile. */
  const load = async (bundle: string, name: string | RegExp) => {
    await page.goto('about:blank')
    await expect.poll(() => page.workers().length).toBe(0)
    Object.assign(peak, { used: 0, backing: 0, wasm: 0 })
    await page.goto(`?test&tokens=2&unchecked&trusted&bundle=${bundle}`)
    await expect(page.getByText(name).first()).toBeVisible({ timeout: 240_000 })
    const worker = engineWorker(page)
    return { ...peak, wasm: Number(await worker.evaluate('wasmBytes()')) }
  }
  const large = new RegExp(`${new URL(weights.url).host} · q4`)
  const first = await load(weights.url, large)
  // The runtime's own WebAssembly is on the heap, too, until it is compiled.
  const small = await load(`models/${fixtureName}/`, 'this small bundle has random weights')
  const second = await load(weights.url, large)
  watch.stop()
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  const total = padding + 1.8e6
  console.log(
    `    a bundle of ${mb(total)}: peak of the JS heap ${mb(first.used)}, of buffers and their garbage ${mb(first.backing)} ` +
      `while it is downloaded; ${mb(second.used)} and ${mb(second.backing)} while it is loaded from the disk, WebAssembly ` +
      `${mb(second.wasm)}; one of 2 MiB: ${mb(small.used)}, ${mb(small.backing)}, ${mb(small.wasm)}`,
  )
  expect(watch.samples()).toBeGreaterThan(4)
  expect(small.wasm).toBeGreaterThan(0)
  expect(second.used + second.backing).toBeLessThan(small.used + small.backing + padding / 2)
  expect(second.wasm).toBeLessThan(small.wasm + padding / 2)
})

/** Remembers every WebAssembly memory of the worker from now on; they never shrink. */
const watchWasm = `
  const memories = new Set()
  const note = (object) => {
    for (const each of Object.values(object ?? {})) if (each instanceof WebAssembly.Memory) memories.add(each)
  }
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const own = WebAssembly[name]
    WebAssembly[name] = async (source, imports) => {
      Object.values(imports ?? {}).forEach(note)
      const result = await own.call(WebAssembly, source, imports)
      note((result.instance ?? result).exports)
      return result
    }
  }
  globalThis.wasmBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
`

/** Asks a worker's debugger. */
type Ask = (method: string) => Promise<Heap>

/** Calls `look` for every worker of the page again and again, until it is stopped. */
async function watchWorkers(session: CDPSession, look: (ask: Ask) => Promise<void>) {
  let isOver = false
  let samples = 0
  let messages = 0
  const answers = new Map<number, (heap: Heap) => void>()
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
    const ask: Ask = (method) => {
      const id = ++messages
      const answered = new Promise<Heap>((resolve) => answers.set(id, resolve))
      const message = JSON.stringify({ id, method })
      const sent = session.send('Target.sendMessageToTarget', { sessionId, message })
      return sent.then(() => answered)
    }
    while (!isOver && !isGone) {
      const looked = look(ask)
        .then(() => samples++)
        .catch(() => undefined)
      await Promise.race([looked, new Promise((resolve) => setTimeout(resolve, 1000))])
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  return {
    samples: () => samples,
    stop: () => {
      isOver = true
    },
  }
}
