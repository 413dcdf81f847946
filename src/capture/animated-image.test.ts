import { afterEach, describe, expect, it, vi } from 'vitest'
import { encodeGif } from '../../fixtures/gif.ts'
import { AnimatedImage } from './animated-image.ts'

/** Its header is read; the decoder below makes up the frames. */
const gif = new Blob([encodeGif(2, 1, [{ rgba: new Uint8ClampedArray(8), delay: 10 }])])

/** Three frames of 0.1 s, handed out as Firefox does: an index that is decoded again gives the same frame, closed or not. */
class FirefoxImageDecoder {
  static isTypeSupported = () => Promise.resolve(true)
  static decoded: number[] = []
  static frames = 3
  readonly completed = Promise.resolve()
  readonly tracks = { ready: Promise.resolve(), selectedTrack: { frameCount: 3 } }
  private readonly images = new Map<number, { isClosed: boolean }>()

  decode({ frameIndex }: { readonly frameIndex: number }) {
    if (frameIndex >= FirefoxImageDecoder.frames) return Promise.reject(new DOMException('cut', 'EncodingError'))
    FirefoxImageDecoder.decoded.push(frameIndex)
    const image = this.images.get(frameIndex) ?? {
      isClosed: false,
      duration: 100_000,
      displayWidth: 2,
      displayHeight: 1,
      number: frameIndex,
      close() {
        this.isClosed = true
      },
    }
    this.images.set(frameIndex, image)
    return Promise.resolve({ image })
  }

  close() {}
}

class Canvas {
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}
  getContext() {
    let number = -1
    return {
      canvas: this,
      clearRect() {},
      drawImage(image: { readonly number: number; readonly isClosed: boolean }) {
        if (image.isClosed) throw new DOMException('The frame is closed.', 'InvalidStateError')
        number = image.number
      },
      getImageData: () => ({ data: new Uint8ClampedArray(8).fill(number) }),
    }
  }
}

function inFirefox(frames = 3): void {
  FirefoxImageDecoder.frames = frames
  vi.stubGlobal('ImageDecoder', FirefoxImageDecoder)
  vi.stubGlobal('OffscreenCanvas', Canvas)
}

async function numbersAt(image: AnimatedImage, timesS: readonly number[]): Promise<number[]> {
  const numbers: number[] = []
  for await (const { rgba } of image.framesAt(timesS)) numbers.push(rgba[0])
  return numbers
}

describe('an animated image in Firefox', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('gives every frame as often as it is asked for, and again', async () => {
    inFirefox()
    const image = await AnimatedImage.open(gif, 'image/gif')
    expect(image.facts).toMatchObject({ startS: 0, durationS: expect.closeTo(0.3), width: 2, height: 1 })
    expect(await numbersAt(image, [0, 0.05, 0.15, 0.15, 0.25, 9])).toEqual([0, 0, 1, 1, 2, 2])
    expect(await numbersAt(image, [0.15, 0.25])).toEqual([1, 2])
  })

  it('gives what is there of one that was cut off, and says so', async () => {
    inFirefox(2)
    const image = await AnimatedImage.open(gif, 'image/gif')
    expect(image.notices.map(({ code, message }) => [code, message])).toEqual([
      ['cut-off-part', expect.stringContaining('2 of its 3 frames')],
    ])
    expect(await numbersAt(image, [0, 0.15, 0.9])).toEqual([0, 1, 1])
  })

  it('says that an image is damaged, and not a video', async () => {
    inFirefox(0)
    await expect(AnimatedImage.open(gif, 'image/gif')).rejects.toMatchObject({
      code: 'damaged-image',
    })
  })
})
