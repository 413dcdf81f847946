/** Runs in headless Chromium, in a worker: loads bundles, with features of the browser taken away. */
import type { BundleEntry, StoreUsage } from '../../../src/bundles/bundle-store.ts'
import { MemoryStore } from '../../../src/bundles/memory-store.ts'
import { type BundleNotice, obtainBundle } from '../../../src/bundles/obtain-bundle.ts'
import { OpfsStore } from '../../../src/bundles/opfs-store.ts'

export type Feature = 'createWritable' | 'createSyncAccessHandle' | 'getDirectory' | 'locks' | 'estimate'

export interface OpfsJob {
  readonly url: string
  readonly without?: readonly Feature[]
  /** The browser refuses storage, as Firefox does in private windows. */
  readonly isDenied?: boolean
  /** Writing fails for want of room after this many bytes. */
  readonly roomBytes?: number
  /** What the browser says is free. */
  readonly toldFreeBytes?: number
  /** The load is cancelled once this many bytes are in. */
  readonly stopAtBytes?: number
  /** This file never comes; `onHang` is called when it is asked for. */
  readonly hangingPath?: string
}

export type OpfsOutcome =
  | {
      readonly state: 'loaded'
      readonly store: string
      readonly wasStored: boolean
      readonly notices: readonly BundleNotice[]
      /** What was read, and whether it lies on disk, as a File of the store. */
      readonly files: Readonly<Record<string, { readonly text: string; readonly isFile: boolean }>>
      readonly kept: readonly string[] | undefined
    }
  | { readonly state: 'failed'; readonly code: string | undefined; readonly message: string }

export async function runJob(job: OpfsJob, onHang: () => void): Promise<OpfsOutcome> {
  prepare(job)
  const controller = new AbortController()
  let wasStored = false
  try {
    const obtained = await obtainBundle(
      { type: 'url', url: job.url },
      {
        stores: { primary: new OpfsStore(), fallback: new MemoryStore() },
        signal: controller.signal,
        fetch: (input, init) => {
          if (!job.hangingPath || !String(input).endsWith(job.hangingPath)) return fetch(input, init)
          onHang()
          return new Promise(() => undefined)
        },
        onManifest: (_, isStored) => {
          wasStored = isStored
        },
        onProgress: ({ doneBytes }) => {
          if (doneBytes >= (job.stopAtBytes ?? Number.POSITIVE_INFINITY)) controller.abort(new Error('enough'))
        },
      },
    )
    const files: Record<string, { text: string; isFile: boolean }> = {}
    for (const { path } of obtained.manifest.files) {
      const blob = await obtained.files.read(path)
      files[path] = { text: await blob.text(), isFile: blob instanceof File }
    }
    return {
      state: 'loaded',
      store: obtained.store,
      wasStored,
      notices: obtained.notices,
      files,
      kept: obtained.kept?.map(({ path }) => path),
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    return { state: 'failed', code, message: String(error) }
  }
}

/** Changes the browser for this worker. */
function prepare(job: OpfsJob): void {
  const storage = navigator.storage && Object.getPrototypeOf(navigator.storage)
  const owners: Readonly<Record<Feature, object>> = {
    createWritable: FileSystemFileHandle.prototype,
    createSyncAccessHandle: FileSystemFileHandle.prototype,
    getDirectory: storage,
    estimate: storage,
    locks: Object.getPrototypeOf(navigator),
  }
  for (const feature of job.without ?? []) {
    if (!Reflect.deleteProperty(owners[feature], feature)) throw new Error(`${feature} cannot be taken away`)
  }
  if (job.isDenied) storage.getDirectory = () => Promise.reject(new DOMException('Not here.', 'SecurityError'))
  if (job.toldFreeBytes !== undefined) storage.estimate = async () => ({ quota: job.toldFreeBytes, usage: 0 })
  if (job.roomBytes !== undefined) limitRoom(job.roomBytes)
}

function limitRoom(bytes: number): void {
  let left = bytes
  const take = (data: ArrayBufferView) => {
    left -= data.byteLength
    if (left < 0) throw new DOMException('No room left.', 'QuotaExceededError')
  }
  const stream = FileSystemWritableFileStream.prototype
  const { write } = stream
  stream.write = async function (this: FileSystemWritableFileStream, data: ArrayBufferView<ArrayBuffer>) {
    take(data)
    await write.call(this, data)
  } as typeof write
  const handle = Reflect.get(globalThis, 'FileSystemSyncAccessHandle')?.prototype
  if (!handle) return
  const writeNow = handle.write
  handle.write = function (this: unknown, data: ArrayBufferView, at: unknown) {
    take(data)
    return writeNow.call(this, data, at)
  }
}

export interface StoreContents {
  /** Every file below the store's folder, `KEY/…`, whole bundle or not. */
  readonly paths: readonly string[]
  readonly notes: readonly BundleEntry[]
  readonly usage: StoreUsage
}

export async function storeContents(): Promise<StoreContents> {
  const store = new OpfsStore()
  const paths: string[] = []
  const walk = async (folder: FileSystemDirectoryHandle, prefix: string) => {
    for await (const [name, handle] of folder.entries()) {
      if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${prefix}${name}/`)
      else paths.push(`${prefix}${name}`)
    }
  }
  await walk(await bundlesFolder(), '')
  return { paths: paths.sort(), notes: await store.list(), usage: await store.usage() }
}

/** Puts `text` in place of a file of the store, or takes the file away. */
export async function tamper(path: string, text: string | undefined): Promise<void> {
  let folder = await bundlesFolder()
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  for (const part of parts) folder = await folder.getDirectoryHandle(part)
  if (text === undefined) return folder.removeEntry(name)
  const out = await (await folder.getFileHandle(name, { create: true })).createWritable()
  await out.write(text)
  await out.close()
}

async function bundlesFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle('bundles', { create: true })
}
