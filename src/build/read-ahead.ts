import type { ByteSource, CheckpointFiles, SourceRange } from './source.ts'

export interface ReadAheadOptions {
  /** Bytes asked for at a time; 8 MiB unless told. */
  readonly pieceBytes?: number
  /**
   * Most bytes held, asked for or already here; 320 MiB unless told: room for the two matrices of a 7B model's MLP,
   * which are read to be measured and again to be written.
   */
  readonly budgetBytes?: number
  /** Pieces asked for at once; 4 unless told. */
  readonly parallel?: number
}

/** A part of a range that is fetched at once. */
interface Piece {
  readonly source: ByteSource
  readonly begin: number
  readonly end: number
  /** Where in the expected order it is used. */
  readonly uses: number[]
  /** Bytes that will still be read, all uses together. */
  leftBytes: number
  state: { readonly bytes: Promise<Uint8Array>; isHere: boolean } | undefined
}

/**
 * Reads the weights of a far source ahead of their use, several pieces at once, and holds what is used twice until then,
 * within a budget: over it, what is used last is let go and fetched again. Other files, and what was not expected, pass
 * through. What fails ahead of its use is tried again at its use.
 */
export class ReadAheadFiles implements CheckpointFiles {
  readonly origin: string
  /** Bytes of weights that have come from the source. */
  fetchedBytes = 0
  /** The most bytes ever held. */
  peakBytes = 0
  readonly #files: CheckpointFiles
  readonly #pieceBytes: number
  readonly #budgetBytes: number
  readonly #parallel: number
  readonly #sources = new Map<string, ByteSource>()
  readonly #closed = new AbortController()
  /** By file, in the order of their bytes. */
  #pieces = new Map<string, Piece[]>()
  /** In the order of use; what is used twice is here twice. */
  #order: Piece[] = []
  /** Everything before it in the order has been used. */
  #next = 0
  #heldBytes = 0
  #underWay = 0
  #pause: { readonly wait: Promise<void>; readonly end: () => void } | undefined

  constructor(files: CheckpointFiles, options: ReadAheadOptions = {}) {
    this.origin = files.origin
    this.#files = files
    this.#pieceBytes = options.pieceBytes ?? 8 * 2 ** 20
    this.#budgetBytes = options.budgetBytes ?? 320 * 2 ** 20
    this.#parallel = options.parallel ?? 4
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    const source = await this.#files.open(name, signal)
    if (!source || !name.endsWith('.safetensors')) return source
    this.#sources.set(name, source)
    return {
      name,
      size: source.size,
      version: source.version,
      read: (offset, length, signal) => this.#read(source, offset, length, signal),
    }
  }

  async list(signal?: AbortSignal): Promise<readonly string[] | undefined> {
    return this.#files.list?.(signal)
  }

  expect(ranges: readonly SourceRange[]): void {
    const pieces = new Map<string, Map<number, Piece>>()
    this.#order = []
    this.#next = 0
    for (const { file, begin, end } of ranges) {
      const source = this.#sources.get(file)
      if (!source) throw new Error(`${file} was not opened`)
      const ofFile = pieces.get(file) ?? new Map<number, Piece>()
      pieces.set(file, ofFile)
      for (let at = begin; at < end; at += this.#pieceBytes) {
        const last = Math.min(at + this.#pieceBytes, end)
        const known = ofFile.get(at)
        const piece =
          known?.end === last ? known : { source, begin: at, end: last, uses: [], leftBytes: 0, state: undefined }
        ofFile.set(at, piece)
        piece.uses.push(this.#order.length)
        piece.leftBytes += last - at
        this.#order.push(piece)
      }
    }
    this.#pieces = new Map(
      Array.from(pieces, ([file, ofFile]) => [file, [...ofFile.values()].sort((a, b) => a.begin - b.begin)]),
    )
    this.#readAhead()
  }

  /** Holds every reader, and asks for nothing more, until told to go on. */
  pause(isPaused: boolean): void {
    if (isPaused && !this.#pause) {
      let end: () => void = () => undefined
      const wait = new Promise<void>((resolve) => {
        end = resolve
      })
      this.#pause = { wait, end }
    } else if (!isPaused) {
      this.#pause?.end()
      this.#pause = undefined
      this.#readAhead()
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(new DOMException('The checkpoint was closed.', 'AbortError'))
    await this.#files.close()
  }

  async #read(source: ByteSource, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    while (this.#pause) await orAborted(this.#pause.wait, signal)
    const out = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const piece = this.#pieceAt(source.name, offset + done)
      if (!piece) {
        out.set(await source.read(offset + done, length - done, signal), done)
        break
      }
      const from = offset + done - piece.begin
      const count = Math.min(length - done, piece.end - piece.begin - from)
      const bytes = await orAborted(this.#take(piece), signal)
      out.set(bytes.subarray(from, from + count), done)
      done += count
      piece.leftBytes -= count
      if (piece.leftBytes <= 0) this.#letGo(piece)
      this.#readAhead()
    }
    return out
  }

  #pieceAt(file: string, offset: number): Piece | undefined {
    const pieces = this.#pieces.get(file) ?? []
    let [low, high] = [0, pieces.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (pieces[middle].begin <= offset) low = middle + 1
      else high = middle
    }
    const piece = pieces[low - 1]
    return piece && offset < piece.end ? piece : undefined
  }

  #take(piece: Piece): Promise<Uint8Array> {
    if (piece.state) return piece.state.bytes
    // From the one that is used last: it is in nobody's way for the longest time.
    for (let i = this.#order.length - 1; i >= this.#next && this.#isOver(piece); i--) {
      if (this.#order[i].state?.isHere) this.#letGo(this.#order[i])
    }
    return this.#fetch(piece)
  }

  #isOver(piece: Piece): boolean {
    return this.#heldBytes + piece.end - piece.begin > this.#budgetBytes
  }

  #fetch(piece: Piece): Promise<Uint8Array> {
    const size = piece.end - piece.begin
    this.#heldBytes += size
    this.peakBytes = Math.max(this.peakBytes, this.#heldBytes)
    this.#underWay++
    const bytes = piece.source.read(piece.begin, size, this.#closed.signal)
    const state = { bytes, isHere: false }
    piece.state = state
    bytes.then(
      () => {
        state.isHere = true
        this.#underWay--
        this.fetchedBytes += size
        this.#readAhead()
      },
      () => {
        this.#underWay--
        this.#letGo(piece)
      },
    )
    return bytes
  }

  #letGo(piece: Piece): void {
    if (!piece.state) return
    piece.state = undefined
    this.#heldBytes -= piece.end - piece.begin
  }

  /** Asks for what is used next, as far as budget and connection allow. */
  #readAhead(): void {
    if (this.#pause || this.#closed.signal.aborted) return
    while (this.#next < this.#order.length && this.#order[this.#next].leftBytes <= 0) this.#next++
    for (let i = this.#next; i < this.#order.length && this.#underWay < this.#parallel; i++) {
      const piece = this.#order[i]
      if (piece.state || nextUse(piece) !== i) continue
      if (this.#isOver(piece)) return
      this.#fetch(piece)
    }
  }
}

/** Undefined when all uses are over. */
function nextUse({ uses, leftBytes, begin, end }: Piece): number | undefined {
  return leftBytes <= 0 ? undefined : uses[uses.length - Math.ceil(leftBytes / (end - begin))]
}

function orAborted<T>(pending: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return pending
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
  })
}
