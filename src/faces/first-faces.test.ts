import { describe, expect, it } from 'vitest'
import { areasOf, FirstFaces } from './first-faces.ts'

/** A picture in shades of brown, by their brightness. */
function picture(side: number, shade: (x: number, y: number) => number) {
  const rgba = new Uint8ClampedArray(side * side * 4)
  for (let at = 0; at < side * side; at++) {
    const value = shade(at % side, Math.floor(at / side))
    rgba.set([value, 0.8 * value, 0.6 * value, 255], at * 4)
  }
  return { width: side, height: side, rgba }
}

const box = { x: 0, y: 0, width: 256, height: 256 }

describe('a drawn face', () => {
  it('is told by its areas of few colors', () => {
    // Four areas, as skin, hair, eyes and mouth.
    const drawing = picture(256, (x, y) => (x < 128 ? 60 : 120) + (y < 128 ? 0 : 40))
    const { flat, common } = areasOf(drawing, box)
    expect(flat).toBeGreaterThan(0.9)
    expect(common).toBeGreaterThan(0.7)
  })

  it('is not skin, which is shaded, however much it was enlarged', () => {
    const shaded = (x: number, y: number) => 20 + 0.45 * (x + y)
    const { flat, common } = areasOf(picture(256, shaded), box)
    expect(flat).toBeLessThan(0.05)
    expect(common).toBeLessThan(0.42)
    const enlarged = picture(1024, (x, y) => shaded(Math.floor(x / 4), Math.floor(y / 4)))
    expect(areasOf(enlarged, { x: 0, y: 0, width: 1024, height: 1024 }).flat).toBeLessThan(0.05)
  })

  it('may reach beyond the edge of the picture', () => {
    const beyond = { x: -300, y: 20, width: 600, height: 600 }
    expect(
      areasOf(
        picture(64, () => 100),
        beyond,
      ),
    ).toEqual({ flat: 1, common: 1 })
  })

  it('is asked of nobody where no face was found', async () => {
    const faces = new FirstFaces()
    faces.take({ timeS: 0, width: 640, height: 360, faces: [] })
    expect(faces.isEnough).toBe(false)
    expect(await faces.areDrawn(new Blob(['no video']))).toBeUndefined()
  })
})
