/** Small beside what weights take, and large enough that asking for each costs nothing. */
const pieceBytes = 4 * 2 ** 20

/**
 * A Blob's bytes in order, in pieces of at most 4 MiB. In place of `blob.stream()`, which in Chromium (seen in 156, in
 * workers) may be collected with whoever waits for it, who then waits for ever; a call of `arrayBuffer()` is held until
 * it has answered. Throws what reading throws.
 */
export async function* blobPieces(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < blob.size; from += pieceBytes) {
    yield new Uint8Array(await blob.slice(from, from + pieceBytes).arrayBuffer())
  }
}

/**
 * A Blob whose slices stream by `blobPieces`: for ONNX Runtime, which takes Blobs of weights and streams slices of them
 * to the device.
 */
export class PiecewiseBlob extends Blob {
  readonly #inner: Blob

  constructor(inner: Blob) {
    super([])
    this.#inner = inner
  }

  override get size(): number {
    return this.#inner.size
  }

  override slice(from?: number, to?: number): PiecewiseBlob {
    return new PiecewiseBlob(this.#inner.slice(from, to))
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#inner.arrayBuffer()
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const pieces = blobPieces(this.#inner)
    return new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await pieces.next()
          if (done) controller.close()
          else controller.enqueue(value)
        },
      },
      // Nothing is read before it is asked for.
      { highWaterMark: 0 },
    )
  }
}
