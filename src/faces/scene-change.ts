import type { TimedFrame } from '../capture/painter.ts'

const columns = 32
const rows = 18
/** Below this correlation two frames in a row show different scenes; in a scene, consecutive frames have 0.9 and more. */
const cutBelow = 0.35
/** Below this something large has moved, and a face that jumps may be another person's. */
const movedBelow = 0.75
/** Frames with less contrast, such as a hand on the lens, show no scene: what was followed may come back. */
const leastDeviation = 0.03

export type SceneChange = 'same' | 'moved' | 'cut'

/**
 * Tells cuts from the correlation of two frames' luminance on a coarse grid; light that changes as a whole does not
 * matter to it.
 */
export class SceneChanges {
  private last: Float32Array | undefined

  next(frame: TimedFrame): SceneChange {
    const now = normalized(frame)
    const { last } = this
    if (!now) return 'same'
    this.last = now
    if (!last) return 'same'
    let correlation = 0
    for (let each = 0; each < now.length; each++) correlation += (now[each] ?? 0) * (last[each] ?? 0)
    if (correlation < cutBelow) return 'cut'
    return correlation < movedBelow ? 'moved' : 'same'
  }

  forget(): void {
    this.last = undefined
  }
}

/** Of mean 0 and length 1; undefined for a frame without contrast. */
function normalized({ width, height, rgba }: TimedFrame): Float32Array | undefined {
  const values = new Float32Array(columns * rows)
  let sum = 0
  for (let row = 0; row < rows; row++) {
    const y = Math.floor(((row + 0.5) * height) / rows)
    for (let column = 0; column < columns; column++) {
      const pixel = 4 * (y * width + Math.floor(((column + 0.5) * width) / columns))
      const value =
        (0.2126 * (rgba[pixel] ?? 0) + 0.7152 * (rgba[pixel + 1] ?? 0) + 0.0722 * (rgba[pixel + 2] ?? 0)) / 255
      values[row * columns + column] = value
      sum += value
    }
  }
  const mean = sum / values.length
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0)
  if (Math.sqrt(squares / values.length) < leastDeviation) return undefined
  const norm = Math.sqrt(squares)
  return values.map((value) => (value - mean) / norm)
}
