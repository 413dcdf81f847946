/** Small beside the weights of a model, and large enough that a call for each piece costs little time. */
const pieceBytes = 4 * 2 ** 20

/**
 * A Blob's bytes in order, in pieces of at most 4 MiB. Throws what reading throws.
 *
 * It does not use `blob.stream()`: in Chromium (seen in 156, in workers) a stream may be garbage-collected while it is
 * being read, and the read then never resolves. A pending `arrayBuffer()` is not collected.
 */
export async function* blobPieces(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < blob.size; from += pieceBytes) {
    yield new Uint8Array(await blob.slice(from, from + pieceBytes).arrayBuffer())
  }
}

/**
 * A Blob whose slices stream by `blobPieces`. ONNX Runtime takes Blobs of weights and streams slices of them to the
 * device.
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
      // Reads nothing ahead of the consumer.
      { highWaterMark: 0 },
    )
  }
}
