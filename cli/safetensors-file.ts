import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { CheckpointError } from '../src/base/errors.ts'
import { parseSafetensors } from '../src/build/checkpoint/safetensors.ts'

/** A small safetensors file held in memory: golden tensors, not weights. */
export class SafetensorsFile {
  private constructor(
    private readonly name: string,
    private readonly bytes: Uint8Array,
    private readonly tensors: Awaited<ReturnType<typeof parseSafetensors>>,
  ) {}

  /** Throws CheckpointError `unreadable` or what the header's faults are called. */
  static async open(path: string): Promise<SafetensorsFile> {
    const name = basename(path)
    let bytes: Uint8Array
    try {
      bytes = new Uint8Array(await readFile(path))
    } catch (cause) {
      throw new CheckpointError({
        code: 'unreadable',
        message: `${path} could not be read.`,
        action: 'Check that --case names a folder with golden.json and golden.safetensors.',
        subject: name,
        cause,
      })
    }
    const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length)
    return new SafetensorsFile(name, bytes, await parseSafetensors({ name, size: bytes.length, read }))
  }

  has(tensor: string): boolean {
    return this.tensors.has(tensor)
  }

  shape(tensor: string): readonly number[] {
    return this.find(tensor, undefined).shape
  }

  floats(tensor: string): Float32Array {
    return new Float32Array(this.copy(tensor, 'F32'))
  }

  /** I64 values as numbers. */
  integers(tensor: string): number[] {
    return Array.from(new BigInt64Array(this.copy(tensor, 'I64')), Number)
  }

  private copy(tensor: string, dtype: string): ArrayBuffer {
    const { begin, end } = this.find(tensor, dtype)
    return this.bytes.slice(begin, end).buffer as ArrayBuffer
  }

  private find(tensor: string, dtype: string | undefined) {
    const found = this.tensors.get(tensor)
    if (found && (dtype === undefined || found.dtype === dtype)) return found
    throw new CheckpointError({
      code: found ? 'unsupported-dtype' : 'missing-tensor',
      message: found
        ? `${this.name}: tensor "${tensor}" is ${found.dtype}, expected ${dtype}`
        : `${this.name} lacks the tensor "${tensor}"`,
      action: 'Make the reference case again.',
      subject: tensor,
    })
  }
}
