import { env, LogLevel } from '@huggingface/transformers'
import { outsideFolder, unreachable } from './errors.ts'

/**
 * A host that exists nowhere. transformers.js is told that its models lie there, and its requests are then made to the
 * one folder that was chosen: it can reach nothing else.
 */
const host = 'https://model.invalid'
const folders = new Map<string, HttpFolder>()
let opened = 0

/** Where transformers.js finds a model's files. */
export interface ModelFolder {
  /** What transformers.js is to be given as the model's name. */
  readonly id: string
  /** For a person: the address or path that was given. */
  readonly address: string
  /**
   * Rejects when the load is over for a reason that transformers.js does not pass on: it waits for ever for a data file
   * that fails.
   */
  readonly failed: Promise<never>
  /** No further file is fetched. */
  close(): void
}

export interface FolderOptions {
  /** Ends what is being fetched. */
  readonly signal: AbortSignal
  /** Told of each piece of a graph or of its data that came. */
  readonly onBytes: (bytes: number) => void
}

/** @param address an http(s) address; in Node also a path on this machine */
export function openModelFolder(address: string, options: FolderOptions): ModelFolder {
  const isHttp = /^https?:/.test(address)
  configure(isHttp)
  const folder = isHttp ? new HttpFolder(address, options) : new LocalFolder(address, options)
  if (folder instanceof HttpFolder) folders.set(folder.id, folder)
  return folder
}

/** The settings of transformers.js are global; each load makes them anew. */
function configure(isHttp: boolean): void {
  env.allowLocalModels = !isHttp
  env.allowRemoteModels = isHttp
  env.remoteHost = `${host}/`
  env.remotePathTemplate = '{model}/'
  env.fetch = fetchInFolder
  // The page lists and deletes what it keeps; what transformers.js would keep is in no such list.
  env.useBrowserCache = false
  env.useFSCache = false
  // It would fetch ONNX Runtime itself.
  env.useWasmCache = false
  // What goes wrong is thrown to whoever waits.
  env.logLevel = LogLevel.NONE
}

async function fetchInFolder(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const { href, origin, pathname } = new URL(input)
  const [, id, ...path] = pathname.split('/')
  const folder = origin === host ? folders.get(id) : undefined
  if (!folder) throw outsideFolder(href)
  return folder.fetch(path.join('/'), init)
}

class LocalFolder implements ModelFolder {
  readonly id: string
  readonly failed: Promise<never>

  constructor(
    readonly address: string,
    { signal }: FolderOptions,
  ) {
    this.id = address.replace(/\/$/, '')
    this.failed = rejectsOn(signal)
  }

  close(): void {}
}

class HttpFolder implements ModelFolder {
  // Another one each time: transformers.js remembers by name what it knows of files.
  readonly id = `model-${++opened}`
  readonly failed: Promise<never>
  private fail: (error: unknown) => void = () => undefined
  private readonly base: URL

  constructor(
    readonly address: string,
    private readonly options: FolderOptions,
  ) {
    this.base = new URL(address)
    if (!this.base.pathname.endsWith('/')) this.base.pathname += '/'
    const failed = new Promise<never>((_, reject) => {
      this.fail = reject
    })
    this.failed = Promise.race([failed, rejectsOn(options.signal)])
    this.failed.catch(() => undefined)
  }

  close(): void {
    folders.delete(this.id)
  }

  async fetch(path: string, init: RequestInit): Promise<Response> {
    const { signal, onBytes } = this.options
    const url = new URL(path, this.base)
    // Some hosts sign addresses by a parameter.
    url.search = this.base.search
    const give = (why: string, cause?: unknown) => {
      const error = signal.aborted ? signal.reason : unreachable(url.href, why, cause)
      this.fail(error)
      return error
    }
    let response: Response
    try {
      response = await fetch(url, { ...init, credentials: 'same-origin', signal })
    } catch (cause) {
      throw give('the connection failed', cause)
    }
    if (response.status === 404 || response.status === 416) return response
    if (!response.ok) throw give(`the server answered ${response.status}`)
    if (new Headers(init.headers).has('range')) return this.withLength(response)
    if (!response.body || !path.startsWith('onnx/')) return response
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, controller) => {
        onBytes(piece.byteLength)
        controller.enqueue(piece)
      },
    })
    response.body.pipeTo(writable).catch((cause: unknown) => give('the connection broke', cause))
    return new Response(readable, { status: response.status, headers: response.headers })
  }

  /**
   * The answer to a request for one byte, by which transformers.js asks how long a file is. Few hosts let other origins
   * see that in `content-range`; then it is asked for in another way, or stays unknown.
   */
  private async withLength(response: Response): Promise<Response> {
    if (response.status !== 206 || response.headers.has('content-range')) return response
    await response.body?.cancel()
    const { signal } = this.options
    const head = await fetch(response.url, { method: 'HEAD', credentials: 'same-origin', signal }).catch(
      () => undefined,
    )
    const length = head?.ok ? head.headers.get('content-length') : null
    return new Response(null, { headers: length === null ? {} : { 'content-length': length } })
  }
}

function rejectsOn(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  rejected.catch(() => undefined)
  return rejected
}
