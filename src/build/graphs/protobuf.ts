/**
 * The part of the protocol-buffer wire format that ONNX needs: varints, fixed 32-bit floats and length-delimited
 * fields, written front to back. (https://protobuf.dev/programming-guides/encoding)
 */
export class ProtoWriter {
  private bytes = new Uint8Array(256)
  private length = 0

  /** A varint field; negative values take the ten bytes of their 64-bit two's complement. */
  int(field: number, value: number | bigint): this {
    this.varint(BigInt((field << 3) | 0))
    this.varint(BigInt.asUintN(64, BigInt(value)))
    return this
  }

  float(field: number, value: number): this {
    this.varint(BigInt((field << 3) | 5))
    this.reserve(4)
    new DataView(this.bytes.buffer).setFloat32(this.length, value, true)
    this.length += 4
    return this
  }

  string(field: number, value: string): this {
    return this.blob(field, new TextEncoder().encode(value))
  }

  blob(field: number, value: Uint8Array): this {
    this.varint(BigInt((field << 3) | 2))
    this.varint(BigInt(value.length))
    this.reserve(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
    return this
  }

  message(field: number, write: (inner: ProtoWriter) => void): this {
    const inner = new ProtoWriter()
    write(inner)
    return this.blob(field, inner.finish())
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  private varint(value: bigint): void {
    this.reserve(10)
    let rest = value
    while (rest > 0x7fn) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.length++] = Number(rest)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}
