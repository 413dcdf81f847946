import { detectorSide } from './face-networks.ts'

/** Anchors in a row of the detector's grid, and rows of it. */
export const anchorsPerSide = 48
export const anchorCount = anchorsPerSide * anchorsPerSide

/**
 * The center of an anchor, px of the detector's input. To it the network's boxes are relative: [x, y, width, height] and
 * six points, in pixels of the input, [x, y] each: the person's right eye, left eye, nose tip, mouth, right and left ear.
 */
export function anchorCentre(index: number): readonly [x: number, y: number] {
  const step = detectorSide / anchorsPerSide
  return [((index % anchorsPerSide) + 0.5) * step, (Math.floor(index / anchorsPerSide) + 0.5) * step]
}
