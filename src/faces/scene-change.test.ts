import { describe, expect, it } from 'vitest'
import { SceneChanges } from './scene-change.ts'

function frame(shade: (x: number, y: number) => number) {
  const [width, height] = [64, 36]
  const rgba = new Uint8ClampedArray(4 * width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rgba.fill(shade(x, y), 4 * (y * width + x), 4 * (y * width + x) + 4)
  return { width, height, rgba, timeS: 0 }
}

const room = (x: number, y: number) => 100 + 60 * Math.sin(x / 9) + 30 * Math.cos(y / 5)
const street = (x: number, y: number) => 120 + 70 * Math.cos(x / 4) * Math.sin(y / 3)

function told(...frames: ReturnType<typeof frame>[]) {
  const scenes = new SceneChanges()
  return frames.map((each) => scenes.next(each))
}

describe('SceneChanges', () => {
  it('tells a cut, and then no more', () => {
    expect(told(frame(room), frame(room), frame(street), frame(street))).toEqual(['same', 'same', 'cut', 'same'])
  })

  it('passes over light that changes as a whole, and over a lens that is covered for a while', () => {
    expect(
      told(
        frame(room),
        frame((x, y) => 0.4 * room(x, y)),
        frame(() => 20),
        frame(room),
      ),
    ).toEqual(['same', 'same', 'same', 'same'])
  })

  it('tells that something large has moved', () => {
    const passing = frame((x, y) => (x > 18 && x < 40 ? 30 : room(x, y)))
    expect(told(frame(room), passing)[1]).toBe('moved')
  })
})
