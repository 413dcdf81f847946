import type { SourceFrame } from '../src/engine/frame-encoder.ts'

/** Frames to measure with, of which no two are alike: waves that travel. What is seen costs nothing. */
export function waveFrame(index: number, width: number, height: number): SourceFrame {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      for (let channel = 0; channel < 3; channel++) {
        const phase = (x * (channel + 1)) / 17 + y / (11 + channel) + index * 0.7
        rgba[at + channel] = 128 + 120 * Math.sin(phase)
      }
      rgba[at + 3] = 255
    }
  }
  return { width, height, rgba }
}
