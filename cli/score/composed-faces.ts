import { type FaceBox, type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../src/affect/measures.ts'
import type { Scene } from '../../src/demo-face/face.ts'
import { drawnFaceBox } from '../../src/demo-face/face-box.ts'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import { BicubicResizer } from '../../src/qwen25vl/index.ts'
import { CropSquare, cropped } from '../../src/readers/local/face-crop.ts'
import type { SeenFace } from '../../src/readers/local/face-timeline.ts'

/** A frame of a common camera. */
const frame = { width: 1280, height: 720 }
/** Where in it the middle of the face is: off the frame's own. */
const place = { x: 830, y: 300 }
/** A wall around the drawn picture, RGBA. */
const wall = [126, 138, 134, 255] as const
const emptyFrame = new Uint8ClampedArray(frame.width * frame.height * 4).map((_, at) => wall[at % 4])

/** How faces are composed into frames, and cropped from them again. */
export interface ComposedOptions {
  /** From hairline to chin, in the composed frame. */
  readonly facePx: number
  /** Side of the square that the model is shown, px. */
  readonly seenPx: number
}

/**
 * Shows drawn pictures as the *face* view shows somebody who stands far from a camera: each is made so small that its
 * face is `facePx` high, composed into a frame of 1280 x 720, and the face is cropped from that as a reading crops it.
 * The face's true box stands in for whoever follows faces.
 */
export class ComposedFaces {
  private resizer: BicubicResizer | undefined
  private square = new CropSquare()
  private readonly past: SeenFace[] = []

  constructor(
    private readonly scene: Scene,
    private readonly options: ComposedOptions,
  ) {}

  /** The next frame of a clip, at its time. */
  crop({ rgba, width: drawnPx }: SourceFrame, timeS: number): SourceFrame {
    const { facePx, seenPx } = this.options
    const whole = drawnFaceBox(this.scene, drawnPx)
    const scale = facePx / whole.height
    const side = Math.round(drawnPx * scale)
    const box = drawnFaceBox(this.scene, side)
    const left = Math.round(place.x - box.x - box.width / 2)
    const top = Math.round(place.y - box.y - box.height / 2)
    this.resizer ??= new BicubicResizer({ width: drawnPx, height: drawnPx }, { width: side, height: side })
    const picture = composed(this.resizer.resize(rgba), side, left, top)
    const seen = { measured: faceIn(timeS, { ...box, x: left + box.x, y: top + box.y }), pictureWidth: frame.width }
    this.past.push(seen)
    const square = this.square.at(this.past, timeS, frame)
    return cropped({ ...frame, rgba: picture, timeS }, square, seenPx)
  }
}

/** All that a crop needs to know of a face. */
function faceIn(timeS: number, box: FaceBox): MeasuredFace {
  const units = Object.fromEntries(measuredUnits.map((unit) => [unit, 0])) as Record<MeasuredUnit, number>
  const quality = { heightPx: box.height, sharpness: 1, light: 0.5, turn: 0, cut: 0, covered: 0, flaws: [] }
  const rest = {
    head: { yaw: 0, pitch: 0, roll: 0 },
    gaze: { x: 0, y: 0 },
    closedLeft: 0,
    closedRight: 0,
    mouthOpen: 0,
  }
  return { timeS, box, units, ...rest, quality }
}

/** The picture's edges go on around it, so that a crop that reaches beyond them shows no border. */
function composed(rgb: Uint8Array, side: number, left: number, top: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(emptyFrame)
  const around = side >> 2
  const inside = (at: number) => Math.min(Math.max(at, 0), side - 1)
  for (let y = Math.max(0, top - around); y < Math.min(frame.height, top + side + around); y++) {
    for (let x = Math.max(0, left - around); x < Math.min(frame.width, left + side + around); x++) {
      const [from, to] = [3 * (inside(y - top) * side + inside(x - left)), 4 * (y * frame.width + x)]
      rgba.set(rgb.subarray(from, from + 3), to)
    }
  }
  return rgba
}
