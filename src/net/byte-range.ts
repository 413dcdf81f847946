/** Bytes of a file as HTTP counts them: both ends are included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** What the `Content-Range` of a 206 response says; `size` in bytes of the whole file, where the server knows it. */
export interface ContentRange extends ByteRange {
  readonly size: number | undefined
}

/** `hidden` where there is no such header, or the server does not show it to other sites. */
export function contentRangeOf({ headers }: Response): ContentRange | 'hidden' | 'malformed' {
  const given = headers.get('content-range')
  if (given === null) return 'hidden'
  const [, from, to, size] = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(given.trim()) ?? []
  if (from === undefined) return 'malformed'
  return { from: Number(from), to: Number(to), size: size === '*' ? undefined : Number(size) }
}

/** The size of the whole file in bytes, as the `Content-Range` of a 416 response tells it; undefined where it does not. */
export function sizeInRefusal({ headers }: Response): number | undefined {
  const size = /^bytes\s+\*\/(\d+)$/i.exec(headers.get('content-range')?.trim() ?? '')?.[1]
  return size === undefined ? undefined : Number(size)
}

/** Bytes of a file from `from` on, which may take several answers to fill: what a broken one brought is kept. */
export class RangeBuffer {
  #filledBytes = 0

  constructor(
    readonly from: number,
    readonly bytes: Uint8Array<ArrayBuffer>,
  ) {}

  get filledBytes(): number {
    return this.#filledBytes
  }

  get isFull(): boolean {
    return this.#filledBytes === this.bytes.length
  }

  /** What is still to be asked for. Only for one that is not full. */
  get missing(): ByteRange {
    return { from: this.from + this.#filledBytes, to: this.from + this.bytes.length - 1 }
  }

  /**
   * Takes the body of an answer to a request for `missing`.
   *
   * @param onBytes called with the count of bytes that came, or with a minus of those that are no longer trusted
   * @returns false when the server sent more than was asked for; the buffer is then empty again
   * @throws what the body throws
   */
  async fill(body: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void = () => undefined): Promise<boolean> {
    for await (const piece of body) {
      if (this.#filledBytes + piece.length > this.bytes.length) {
        onBytes(-this.#filledBytes)
        this.#filledBytes = 0
        return false
      }
      this.bytes.set(piece, this.#filledBytes)
      this.#filledBytes += piece.length
      onBytes(piece.length)
    }
    return true
  }
}
