import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'
import { cropSide, detectorSide } from '../networks/face-networks.ts'
import type { ReferenceOutputs, ReferencePictures } from './reference-run.ts'

/** What TensorFlow Lite gave; see `training/faces/reference.py`. Floats are base64 of float32. */
interface Reference {
  readonly crops: Readonly<
    Record<string, { readonly points: string; readonly presenceLogit: number; readonly blendshapes: string }>
  >
  readonly frames: Readonly<
    Record<string, { readonly scores: string; readonly anchors: readonly number[]; readonly boxes: string }>
  >
}

const folder = fileURLToPath(new URL('../../../fixtures/data/faces/', import.meta.url))
const reference: Reference = JSON.parse(readFileSync(`${folder}reference.json`, 'utf8'))

export function readPictures(): ReferencePictures {
  const all = (names: readonly string[], side: number) =>
    Object.fromEntries(names.map((name) => [name, rgbOf(`${folder}${name}_${side}.png`)]))
  return {
    crops: all(Object.keys(reference.crops), cropSide),
    frames: all(Object.keys(reference.frames), detectorSide),
  }
}

/** The largest differences from TensorFlow Lite. */
export interface Differences {
  /** Of landmarks, crop pixels of 256; each crop alone, and all in one run. */
  readonly landmarksPx: number
  readonly togetherPx: number
  readonly presence: number
  readonly blendshapes: number
  /** Of the detector's boxes and points, pixels of 192, where its logit is above -3. */
  readonly boxesPx: number
  /** Of its logits. */
  readonly scores: number
}

export function differences({ crops, together, frames }: ReferenceOutputs): Differences {
  const found = {
    landmarksPx: [] as number[],
    togetherPx: [] as number[],
    presence: [] as number[],
    blendshapes: [] as number[],
    boxesPx: [] as number[],
    scores: [] as number[],
  }
  for (const [name, { points, presenceLogit, blendshapes }] of Object.entries(reference.crops)) {
    found.landmarksPx.push(largest(crops[name].points, floats(points)))
    found.togetherPx.push(largest(together[name], floats(points)))
    found.presence.push(Math.abs(crops[name].presence - 1 / (1 + Math.exp(-presenceLogit))))
    found.blendshapes.push(largest(crops[name].blendshapes, floats(blendshapes)))
  }
  for (const [name, { scores, anchors, boxes }] of Object.entries(reference.frames)) {
    const rows = anchors.flatMap((anchor) => frames[name].boxes.slice(anchor * 16, (anchor + 1) * 16))
    found.boxesPx.push(largest(rows, floats(boxes)))
    found.scores.push(largest(frames[name].scores, floats(scores)))
  }
  const entries = Object.entries(found).map(([name, values]) => [name, Math.max(...values)])
  return Object.fromEntries(entries) as unknown as Differences
}

/** What is allowed of them, the same wherever the networks compute. */
export const allowed: Differences = {
  landmarksPx: 0.05,
  togetherPx: 0.05,
  presence: 1e-4,
  blendshapes: 1e-3,
  boxesPx: 0.01,
  scores: 1e-3,
}

/** The names of differences above what is allowed. */
export function aboveAllowed(found: Differences): string[] {
  return (Object.keys(allowed) as (keyof Differences)[]).filter((name) => !(found[name] <= allowed[name]))
}

/** For a test's output. */
export function tellDifferences(where: string, found: Differences): void {
  const text = Object.entries(found).map(([name, value]) => `${name} ${value.toExponential(1)}`)
  console.log(`face networks ${where}, largest differences: ${text.join(', ')}`)
}

function largest(values: readonly number[], expected: Float32Array): number {
  if (values.length !== expected.length) throw new Error(`${values.length} values, expected ${expected.length}`)
  return values.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0)
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function rgbOf(file: string): string {
  const { data } = PNG.sync.read(readFileSync(file))
  return Buffer.from(data.filter((_, index) => index % 4 !== 3)).toString('base64')
}
