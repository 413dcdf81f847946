import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PNG } from 'pngjs'
import * as v from 'valibot'
import { CaptureError, CheckpointError } from '../../src/base/errors.ts'
import { SafetensorsFile } from '../safetensors-file.ts'

const answer = { tokens: v.array(v.number()), margins: v.array(v.number()) }
const schema = v.object({
  grid_thw: v.tuple([v.number(), v.number(), v.number()]),
  turns: v.array(
    v.object({
      question: v.string(),
      ...answer,
      penalized: v.optional(v.object({ repetition_penalty: v.number(), ...answer })),
    }),
  ),
  growing: v.array(v.object({ temporal_patches: v.number(), ...answer })),
})

export type Golden = v.InferOutput<typeof schema>

export interface RgbaImage {
  readonly width: number
  readonly height: number
  /** u8 [height, width, 4] */
  readonly data: Uint8Array
}

/** A folder made by the reference script: source frames and what PyTorch gives for them. */
export interface ReferenceCase {
  readonly name: string
  readonly golden: Golden
  readonly tensors: SafetensorsFile
  readonly frames: readonly RgbaImage[]
  /** By frame number. */
  readonly resized: ReadonlyMap<number, RgbaImage>
}

/** Throws CheckpointError naming the file that is missing or damaged. */
export async function readReferenceCase(folder: string): Promise<ReferenceCase> {
  const tensors = await SafetensorsFile.open(join(folder, 'golden.safetensors'))
  const parsed = v.safeParse(schema, JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8')))
  if (!parsed.success) {
    const field = v.getDotPath(parsed.issues[0]) ?? '(root)'
    throw new CheckpointError({
      code: 'bad-golden',
      message: `golden.json: ${field}: ${parsed.issues[0].message}`,
      action: 'Make the reference case again.',
      subject: `golden.json: ${field}`,
    })
  }
  const names = (await readdir(folder)).sort()
  const frames: RgbaImage[] = []
  const resized = new Map<number, RgbaImage>()
  for (const name of names) {
    const match = /^(frame|resized)(\d+)\.png$/.exec(name)
    if (!match) continue
    const image = await readPng(join(folder, name))
    if (match[1] === 'frame') frames.push(image)
    else resized.set(Number(match[2]), image)
  }
  if (frames.length === 0) {
    throw new CaptureError({
      code: 'no-frames',
      message: `${folder} holds no frameNN.png.`,
      action: 'Point --case at a folder made by the reference script.',
      subject: folder,
    })
  }
  return { name: basename(folder), golden: parsed.output, tensors, frames, resized }
}

async function readPng(path: string): Promise<RgbaImage> {
  try {
    const { width, height, data } = PNG.sync.read(await readFile(path))
    return { width, height, data: new Uint8Array(data) }
  } catch (cause) {
    throw new CaptureError({
      code: 'bad-image',
      message: `${path} is no PNG image.`,
      action: 'Make the reference case again.',
      subject: path,
      cause,
    })
  }
}
