import { type Canvas, createCanvas, ImageData, loadImage } from '@napi-rs/canvas'
import type { Pixels } from './compare.ts'
import type { Size } from './looks.ts'

const mostWidth = 2400
const margin = 16
const labelHeight = 16
/** Of WebP, of 100: no more than thumbnails need. */
const quality = 40

/** Where the thumbnails of stories lie on a sheet. */
export class SheetLayout {
  readonly thumbnail: { readonly width: number; readonly height: number }
  private readonly columns: number

  constructor(
    readonly names: readonly string[],
    { width, height, shrink }: Size,
  ) {
    this.thumbnail = { width: Math.floor(width / shrink), height: Math.floor(height / shrink) }
    this.columns = Math.max(1, Math.floor((mostWidth - margin) / (this.thumbnail.width + margin)))
  }

  get width(): number {
    return this.columns * (this.thumbnail.width + margin) + margin
  }

  get height(): number {
    return Math.ceil(this.names.length / this.columns) * this.rowHeight + margin
  }

  /** Of a story's thumbnail; its name stands below it. */
  placeOf(index: number): { readonly x: number; readonly y: number } {
    return {
      x: margin + (index % this.columns) * (this.thumbnail.width + margin),
      y: margin + Math.floor(index / this.columns) * this.rowHeight,
    }
  }

  private get rowHeight(): number {
    return this.thumbnail.height + labelHeight + margin
  }
}

/** Pictures of all stories at one size and in one theme, small and side by side. */
export class ContactSheet {
  private readonly canvas: Canvas

  constructor(private readonly layout: SheetLayout) {
    this.canvas = createCanvas(layout.width, layout.height)
    const context = this.canvas.getContext('2d')
    context.fillStyle = '#7a7f85'
    context.fillRect(0, 0, layout.width, layout.height)
  }

  /** Puts a story's picture in its place. */
  async add(name: string, png: Buffer): Promise<void> {
    const { names, thumbnail } = this.layout
    const index = names.indexOf(name)
    if (index < 0) throw new Error(`the sheet has no place for ${name}`)
    const { x, y } = this.layout.placeOf(index)
    const context = this.canvas.getContext('2d')
    context.putImageData(await shrunk(png, thumbnail), x, y)
    context.fillStyle = '#fff'
    context.font = '11px sans-serif'
    context.save()
    context.beginPath()
    context.rect(x, y + thumbnail.height, thumbnail.width + margin - 2, labelHeight)
    context.clip()
    context.fillText(name, x, y + thumbnail.height + 12)
    context.restore()
  }

  /** As a WebP file. */
  encode(): Buffer {
    return this.canvas.encodeSync('webp', quality)
  }
}

/** A picture whose every pixel is the mean of those that it stands for: nothing of a thin line is left out. */
async function shrunk(png: Buffer, { width, height }: { readonly width: number; readonly height: number }) {
  const image = await loadImage(png)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  const by = Math.floor(image.width / width)
  const small = new ImageData(width, height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sums = [0, 0, 0]
      for (let row = y * by; row < (y + 1) * by; row++) {
        for (let at = 4 * (row * image.width + x * by), end = at + 4 * by; at < end; at += 4) {
          for (let color = 0; color < 3; color++) sums[color] += data[at + color]
        }
      }
      const at = 4 * (y * width + x)
      for (let color = 0; color < 3; color++) small.data[at + color] = sums[color] / (by * by)
      small.data[at + 3] = 255
    }
  }
  return small
}

/** The thumbnails of a sheet, by the names of their stories. */
export async function thumbnailsOf(webp: Buffer, layout: SheetLayout): Promise<ReadonlyMap<string, Pixels>> {
  const image = await loadImage(webp)
  const canvas = createCanvas(image.width, image.height)
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  const { width, height } = layout.thumbnail
  return new Map(
    layout.names.map((name, index) => {
      const { x, y } = layout.placeOf(index)
      return [name, { width, height, data: context.getImageData(x, y, width, height).data }]
    }),
  )
}
