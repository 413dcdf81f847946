import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { PNG } from 'pngjs'
import type { Qwen25VLConfig } from '../config.ts'
import { parseConfig } from '../config-schema.ts'
import type { TokenizerFiles } from '../tokenizer.ts'

/** Test only: the parity reference (`make_reference.py`) as it lies on disk. */
export interface ReferenceCase {
  /** e.g. `plain/landscape16` */
  readonly name: string
  readonly directory: string
  readonly checkpoint: string
}

/** Where references lie: `VIDEMO_REFERENCE` (several, as PATH) or the checkout beside this one. */
export function referenceRoots(): string[] {
  const named = process.env.VIDEMO_REFERENCE?.split(delimiter) ?? [resolve('../shared/reference/data')]
  return named.filter((root) => existsSync(root))
}

/** Every case under every root; empty where there is no reference. */
export function referenceCases(): ReferenceCase[] {
  return referenceRoots().flatMap((root) =>
    ['plain', 'outlier'].flatMap((variant) => {
      const checkpoint = join(root, variant, 'checkpoint')
      if (!existsSync(checkpoint)) return []
      return readdirSync(join(root, variant))
        .filter((name) => existsSync(join(root, variant, name, 'golden.safetensors')))
        .map((name) => ({ name: `${variant}/${name}`, directory: join(root, variant, name), checkpoint }))
    }),
  )
}

export function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'))
}

/** What `golden.json` holds, as far as these tests need it. */
export interface GoldenConversation {
  readonly grid_thw: [number, number, number]
  readonly turns: readonly { question: string; tokens: number[]; text: string }[]
}

export function readConversation({ directory }: ReferenceCase): GoldenConversation {
  return readJson(directory, 'golden.json') as GoldenConversation
}

export function readConfig(checkpoint: string): Qwen25VLConfig {
  return parseConfig({
    config: readJson(checkpoint, 'config.json'),
    generation: readJson(checkpoint, 'generation_config.json'),
    preprocessor: readJson(checkpoint, 'preprocessor_config.json'),
  })
}

export function readTokenizerFiles(checkpoint: string): TokenizerFiles {
  return {
    tokenizerJson: readJson(checkpoint, 'tokenizer.json'),
    tokenizerConfig: readJson(checkpoint, 'tokenizer_config.json'),
  }
}

export interface Picture {
  readonly width: number
  readonly height: number
  /** uint8 [height, width, 4], RGBA */
  readonly rgba: Uint8Array
}

export function readPicture(path: string): Picture {
  const { width, height, data } = PNG.sync.read(readFileSync(path))
  return { width, height, rgba: data }
}

/** The source frames of a case, in order. */
export function readFrames({ directory }: ReferenceCase): Picture[] {
  return readdirSync(directory)
    .filter((name) => /^frame\d+\.png$/.test(name))
    .sort()
    .map((name) => readPicture(join(directory, name)))
}

/** The pictures resized by the reference, by frame index. */
export function readResized({ directory }: ReferenceCase): Map<number, Picture> {
  const names = readdirSync(directory).filter((name) => /^resized\d+\.png$/.test(name))
  return new Map(names.map((name) => [Number(name.slice(7, -4)), readPicture(join(directory, name))]))
}

export interface GoldenTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array | number[]
}

/** A safetensors file of float32 and int64 tensors, whole. */
export function readSafetensors(path: string): Map<string, GoldenTensor> {
  const file = readFileSync(path)
  const headerLength = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const tensors = new Map<string, GoldenTensor>()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const [from, to] = data_offsets.map((offset) => 8 + headerLength + offset)
    const bytes = Uint8Array.from(file.subarray(from, to))
    if (dtype === 'F32') tensors.set(name, { shape, values: new Float32Array(bytes.buffer) })
    else if (dtype === 'I64') tensors.set(name, { shape, values: Array.from(new BigInt64Array(bytes.buffer), Number) })
    else throw new Error(`${path}: ${name} has dtype ${dtype}`)
  }
  return tensors
}

/** How two lists of values agree, in uint8 levels. */
export interface Agreement {
  /** Share of values that are identical, 0..1. */
  readonly equal: number
  /** Largest difference, in levels. */
  readonly levels: number
}

/** @param level what one uint8 level is worth at each index */
export function agreement(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  level: (index: number) => number = () => 1,
): Agreement {
  if (found.length !== wanted.length) throw new Error(`${found.length} values, expected ${wanted.length}`)
  let equal = 0
  let levels = 0
  for (let i = 0; i < found.length; i++) {
    if (found[i] === wanted[i]) equal++
    else levels = Math.max(levels, Math.abs(found[i] - wanted[i]) / level(i))
  }
  return { equal: equal / found.length, levels }
}
