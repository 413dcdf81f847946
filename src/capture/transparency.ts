import type { VideoSample } from 'mediabunny'
import { Painter, type TimedFrame } from './painter.ts'
import { pictureStream, type StreamPart } from './picture-stream.ts'
import type { PresentedPictures } from './presented-pictures.ts'

/** Times of the same packet, from two decoders. */
const sameS = 1e-4

/**
 * The transparency of a WebM video, which lies beside its colors as a video of greys. What is see-through shows black.
 * It is decoded here, in order, since mediabunny does it in workers made from blobs, which the app's content policy refuses.
 */
export class Transparency {
  private greys: AsyncGenerator<StreamPart> | undefined
  private current: VideoSample | undefined
  private isOver: boolean
  private readonly painter = new Painter()

  constructor(private readonly pictures: PresentedPictures) {
    this.isOver = false
  }

  /** The same frame, with what is see-through in black; pictures come in ascending order. */
  async applyTo(frame: TimedFrame, picture: VideoSample): Promise<TimedFrame> {
    const grey = await this.at(picture.timestamp)
    if (!grey) return frame
    const { rgba: levels, width, height } = this.painter.paint(grey, frame.timeS, frame.width * frame.height)
    if (width !== frame.width || height !== frame.height) return frame
    const { rgba } = frame
    for (let at = 0; at < rgba.length; at += 4) {
      const level = levels[at] / 255
      rgba[at] *= level
      rgba[at + 1] *= level
      rgba[at + 2] *= level
    }
    return frame
  }

  async close(): Promise<void> {
    this.current?.close()
    this.current = undefined
    await this.greys?.return(undefined)
  }

  private async at(timeS: number): Promise<VideoSample | undefined> {
    if (!(await this.pictures.track.canBeTransparent())) return undefined
    this.greys ??= pictureStream(this.pictures.track, {
      config: { ...this.pictures.config, colorSpace: { ...this.pictures.config.colorSpace, fullRange: true } },
      fromS: timeS,
      wantedS: () => timeS,
      isTransparency: true,
    })
    while (!this.isOver && (this.current?.timestamp ?? Number.NEGATIVE_INFINITY) < timeS - sameS) {
      const { value, done } = await this.greys.next()
      if (done) {
        this.isOver = true
        break
      }
      if (value.type !== 'picture') continue
      this.current?.close()
      this.current = value.picture
    }
    return this.current && Math.abs(this.current.timestamp - timeS) < sameS ? this.current : undefined
  }
}
