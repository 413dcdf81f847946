import type { TimedFrame } from '../capture/painter.ts'
import { letterbox, type Tile } from './crop.ts'
import { type DetectedFace, detectedFaces, suppressed } from './detections.ts'
import type { Place } from './motion.ts'
import { detectorSide, type FaceNetworks } from './networks/face-networks.ts'

/** Over the picture's shorter side; a face of 40 px in 1280 x 720 then fills a twelfth of the detector's input. */
const tileShare = 2 / 3
/** Neighbors share a quarter, so that a face between them lies whole in one. */
const tileStep = 0.75
/** Faces smaller than this share of the picture's longer side are hardly found in the whole of it. */
const smallShare = 0.08

/** Squares that cover the picture, overlapping. */
export function tilesOf(width: number, height: number): Tile[] {
  const side = Math.round(Math.min(width, height) * tileShare)
  const starts = (length: number): number[] => {
    const steps = Math.ceil((length - side) / (side * tileStep))
    return Array.from({ length: steps + 1 }, (_, index) => Math.round((index * (length - side)) / Math.max(1, steps)))
  }
  return starts(height).flatMap((y) => starts(width).map((x) => ({ x, y, width: side, height: side })))
}

/** Looks for faces in a frame or in parts of it. */
export class FaceSearch {
  private readonly networks: FaceNetworks
  private readonly pixels = new Float32Array(detectorSide * detectorSide * 3)

  constructor(networks: FaceNetworks) {
    this.networks = networks
  }

  /** In the whole picture and, in small squares, around places where a small face was lost. */
  async inPicture(frame: TimedFrame, lost: readonly Place[]): Promise<DetectedFace[]> {
    const { width, height } = frame
    const around = lost.filter(({ size }) => size < smallShare * Math.max(width, height))
    const found = await this.inTile(frame, { x: 0, y: 0, width, height })
    for (const place of around) found.push(...(await this.inTile(frame, tileAround(place, frame))))
    return suppressed(found)
  }

  /** In every tile of the picture. */
  async inTiles(frame: TimedFrame, tiles: readonly Tile[]): Promise<DetectedFace[]> {
    const found: DetectedFace[] = []
    for (const tile of tiles) found.push(...(await this.inTile(frame, tile)))
    return suppressed(found)
  }

  private async inTile(frame: TimedFrame, tile: Tile): Promise<DetectedFace[]> {
    const input = letterbox(this.pixels, frame, tile)
    return detectedFaces(await this.networks.detect(input.pixels), input)
  }
}

function tileAround({ x, y }: Place, { width, height }: TimedFrame): Tile {
  const side = Math.round(Math.min(width, height) * tileShare)
  const start = (center: number, length: number) => Math.round(Math.max(0, Math.min(length - side, center - side / 2)))
  return { x: start(x, width), y: start(y, height), width: side, height: side }
}
