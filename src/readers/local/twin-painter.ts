import type { MeasuredFace } from '../../affect/measures.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { Canvas2D } from '../../demo-face/face.ts'

/** A canvas of these sides, px, for a drawing that is read back at once. */
export type MakeCanvas = (width: number, height: number) => Canvas2D

/** In a worker. */
export const offscreenCanvas: MakeCanvas = (width, height) => {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, alpha: false })
  if (!context) throw new Error('There is no memory for a canvas.')
  return context
}

/** Frames are drawn this many times as large as the model sees them, as those that it was taught on. */
const oversize = 2

/** Draws the twin of a followed face as a frame for the model. */
export class TwinPainter {
  private context: Canvas2D | undefined
  private size = 0

  private constructor(
    private readonly drawing: typeof import('../../demo-face/twin.ts'),
    private readonly makeCanvas: MakeCanvas,
  ) {}

  /** The drawn face is fetched with the first reading that shows it. */
  static async open(makeCanvas: MakeCanvas = offscreenCanvas): Promise<TwinPainter> {
    return new TwinPainter(await import('../../demo-face/twin.ts'), makeCanvas)
  }

  /** @param seenPx side of the square that the model is shown */
  paint(measured: MeasuredFace, seenPx: number): Pick<TimedFrame, 'width' | 'height' | 'rgba'> {
    const size = oversize * seenPx
    if (!this.context || this.size !== size) this.context = this.makeCanvas(size, size)
    this.size = size
    this.drawing.drawTwin(this.context, size, measured)
    const { data } = this.context.getImageData(0, 0, size, size)
    return { width: size, height: size, rgba: new Uint8ClampedArray(data) }
  }

  /** What the drawing looks like, as an answer to a question about looks. */
  attributes(prompt: string): string {
    return this.drawing.twinAttributes(prompt)
  }
}
