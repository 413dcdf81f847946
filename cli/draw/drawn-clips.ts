import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { clipSeconds, type DrawnClip } from '../../src/demo-face/clip.ts'
import { drawFace } from '../../src/demo-face/draw-face.ts'
import type { Canvas2D } from '../../src/demo-face/face.ts'
import { Random } from '../../src/demo-face/random.ts'
import { sampleClip } from '../../src/demo-face/sample-clip.ts'
import { framesOf, type ShownFrame, type Truth, truthOf } from '../../src/demo-face/truth.ts'
import { BicubicResizer, type SamplingOptions, sampleTimes } from '../../src/qwen25vl/index.ts'

/** A clip by lot, seen at some moments. */
export interface SeenClip {
  readonly clip: DrawnClip
  readonly timesS: readonly number[]
  readonly frames: readonly ShownFrame[]
  readonly truth: Truth
  /** For whatever else is chosen about it. */
  readonly random: Random
}

/** Far apart, so that clips of neighboring seeds have nothing in common. */
const seedStep = 1_000_003
const tries = 50

/**
 * The clip of this number, of all clips of this seed. Clips whose frames do not tell what happens are passed over.
 *
 * @param timesOf the moments at which it is looked at, in seconds
 */
export function clipOf(seed: number, index: number, timesOf: (random: Random) => readonly number[]): SeenClip {
  for (let attempt = 0; attempt < tries; attempt++) {
    const own = (seed * seedStep + index + attempt * 2_654_435_761) >>> 0
    const clip = sampleClip(own)
    const random = new Random(own ^ 0x5bd1e995)
    const timesS = timesOf(random)
    const frames = framesOf(clip, timesS)
    const truth = truthOf(clip.looks, frames, clip.motion.type)
    if (truth !== undefined) return { clip, timesS, frames, truth, random }
  }
  throw new Error(`No clip ${index} of seed ${seed} tells what happens in it.`)
}

/** Seconds between two frames that the model looks at; a file gives its nearest ones, a camera those it has. */
const closest = 0.47
const farthest = 0.6
const unevenness = 0.05

/** As a camera or a file might be looked at: about two frames a second, anywhere within the clip. */
export function trainingTimes(count: number): (random: Random) => number[] {
  return (random) => {
    for (;;) {
      const spacingS = random.between(closest, farthest)
      const gaps = Array.from({ length: count - 1 }, () => spacingS + random.between(-unevenness, unevenness))
      const timesS = [0]
      for (const gap of gaps) timesS.push(timesS[timesS.length - 1] + Math.min(farthest, Math.max(closest, gap)))
      const lastsS = timesS[count - 1]
      if (lastsS > clipSeconds) continue
      const startS = random.between(0, clipSeconds - lastsS)
      return timesS.map((timeS) => startS + timeS)
    }
  }
}

/** Frames a second of a drawn clip that is read as a file is. */
const fileFps = 10

/** The frames that the model's recipe takes of a clip in a file. Throws CaptureError as `sampleTimes` does. */
export function fileTimes(recipe: SamplingOptions): () => number[] {
  return () => sampleTimes(clipSeconds, fileFps, recipe).map(({ timeS }) => timeS)
}

/** Another order of a clip's frames, by lot: what a model that looks at single frames only would not notice. */
export function shuffledOrder(seed: number, index: number, count: number): number[] {
  const random = new Random((seed * seedStep + index) ^ 0x2545f491)
  const inOrder = Array.from({ length: count }, (_, i) => i)
  for (;;) {
    const order = random.shuffled(inOrder)
    if (order.some((frame, place) => frame !== place)) return order
  }
}

/** Draws frames as the model sees them. */
export class ClipPainter {
  private readonly canvas: Canvas
  private readonly ctx: SKRSContext2D
  private readonly resizer: BicubicResizer

  /**
   * @param drawnPx side of the drawn picture
   * @param seenPx side of the picture after the model's resize
   */
  constructor(
    private readonly drawnPx: number,
    seenPx = drawnPx,
  ) {
    this.canvas = createCanvas(drawnPx, drawnPx)
    this.ctx = this.canvas.getContext('2d')
    this.resizer = new BicubicResizer(square(drawnPx), square(seenPx))
  }

  /** uint8 RGBA [drawn, drawn, 4]; overwritten by the next picture. */
  draw({ clip, frames }: SeenClip, index: number): Uint8Array {
    const { looks, scene, noiseSeed } = clip
    drawFace(this.ctx as unknown as Canvas2D, this.drawnPx, looks, scene, frames[index].pose, noiseSeed + index)
    // Opaque throughout, so it is what getImageData would copy, only sooner.
    return this.canvas.data()
  }

  /** uint8 RGB [seen, seen, 3] */
  see(seen: SeenClip, index: number, into: Uint8Array<ArrayBuffer>): void {
    this.resizer.resize(this.draw(seen, index), into)
  }
}

function square(px: number) {
  return { width: px, height: px }
}
