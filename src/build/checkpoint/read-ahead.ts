import { type PlannedPiece, planPieces } from './read-pieces.ts'
import type { ByteSource, CheckpointFiles, SourceRange } from './source.ts'

export interface ReadAheadOptions {
  /** The most bytes asked for at a time; 32 MiB unless told. */
  readonly pieceBytes?: number
  /**
   * Most bytes held, asked for or already here; 320 MiB unless told: room for the two matrices of a 7B model's MLP,
   * which are read to be measured and again to be written.
   */
  readonly budgetBytes?: number
  /** Pieces asked for at once; 4 unless told. */
  readonly parallel?: number
}

/** A part of a file that is fetched at once. */
interface Piece {
  readonly source: ByteSource
  readonly begin: number
  readonly end: number
  /** In the order of their reading. */
  readonly uses: Use[]
  state: { readonly bytes: Promise<Uint8Array>; isHere: boolean } | undefined
}

/** Bytes of a piece that are read once. */
interface Use {
  readonly piece: Piece
  readonly range: number
  readonly begin: number
  readonly end: number
  leftBytes: number
}

/** Neighbors in a file share a piece if no more than this is read between them: that long the first is held. */
const reachBytes = 128 * 2 ** 20

/**
 * Reads the weights of a far source ahead of their use, several pieces at once, and holds what is used twice until then,
 * within a budget: over it, what is used last is let go and fetched again. Other files, and what was not expected, pass
 * through. What fails ahead of its use is tried again at its use.
 */
export class ReadAheadFiles implements CheckpointFiles {
  readonly origin: string
  /** Bytes of weights that have come from the source. */
  fetchedBytes = 0
  /** How many pieces were asked for. */
  requests = 0
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
  /** In the order of reading; what is read twice is here twice. */
  #order: Use[] = []
  /** Everything before it in the order has been used. */
  #next = 0
  #heldBytes = 0
  #underWay = 0
  #pause: { readonly wait: Promise<void>; readonly end: () => void } | undefined

  constructor(files: CheckpointFiles, options: ReadAheadOptions = {}) {
    this.origin = files.origin
    this.#files = files
    this.#pieceBytes = options.pieceBytes ?? 32 * 2 ** 20
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
    const planned = this.plan(ranges)
    this.#pieces = new Map()
    this.#order = []
    this.#next = 0
    for (const { file, begin, end, uses } of planned) {
      const source = this.#sources.get(file)
      if (!source) throw new Error(`${file} was not opened`)
      const piece: Piece = { source, begin, end, uses: [], state: undefined }
      for (const use of uses) piece.uses.push({ ...use, piece, leftBytes: use.end - use.begin })
      this.#order.push(...piece.uses)
      const ofFile = this.#pieces.get(file) ?? []
      ofFile.push(piece)
      this.#pieces.set(file, ofFile)
    }
    this.#order.sort((a, b) => a.range - b.range || a.begin - b.begin)
    this.#readAhead()
  }

  /** The requests that reading these ranges takes, if all that is read twice can be held. */
  plan(ranges: readonly SourceRange[]): PlannedPiece[] {
    return planPieces(ranges, { pieceBytes: this.#pieceBytes, reachBytes })
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
      const at = offset + done
      const piece = this.#pieceAt(source.name, at)
      // What was not expected is no reason to fetch more than it.
      if (!piece || (!piece.state && isOver(piece))) {
        const end = Math.min(offset + length, piece?.end ?? Number.POSITIVE_INFINITY)
        out.set(await source.read(at, end - at, signal), done)
        done = end - offset
        continue
      }
      const end = Math.min(offset + length, piece.end)
      const bytes = await orAborted(this.#take(piece), signal)
      out.set(bytes.subarray(at - piece.begin, end - piece.begin), done)
      done = end - offset
      markRead(piece, at, end)
      if (isOver(piece)) this.#letGo(piece)
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
    for (let i = this.#order.length - 1; i >= this.#next && !this.#hasRoomFor(piece); i--) {
      const last = this.#order[i].piece
      if (last.state?.isHere) this.#letGo(last)
    }
    return this.#fetch(piece)
  }

  #hasRoomFor(piece: Piece): boolean {
    return this.#heldBytes + piece.end - piece.begin <= this.#budgetBytes
  }

  #fetch(piece: Piece): Promise<Uint8Array> {
    const size = piece.end - piece.begin
    this.#heldBytes += size
    this.peakBytes = Math.max(this.peakBytes, this.#heldBytes)
    this.#underWay++
    this.requests++
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
      const { piece, leftBytes } = this.#order[i]
      if (piece.state || leftBytes <= 0) continue
      if (!this.#hasRoomFor(piece)) return
      this.#fetch(piece)
    }
  }
}

/** Whether nothing of it will be read any more. */
function isOver({ uses }: Piece): boolean {
  return uses.every(({ leftBytes }) => leftBytes <= 0)
}

/** Notes that bytes [begin, end) of a piece were read, once. */
function markRead({ uses }: Piece, begin: number, end: number): void {
  let unmarked: (readonly [number, number])[] = [[begin, end]]
  for (const use of uses) {
    if (use.leftBytes <= 0) continue
    unmarked = unmarked.flatMap(([from, to]) => {
      const first = Math.max(from, use.begin)
      const last = Math.min(to, use.end)
      if (first >= last) return [[from, to] as const]
      use.leftBytes -= last - first
      return (
        [
          [from, first],
          [last, to],
        ] as const
      ).filter(([begin, end]) => begin < end)
    })
  }
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
