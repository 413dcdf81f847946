import { createCanvas } from '@napi-rs/canvas'
import { expect, it } from 'vitest'
import { drawFace } from './draw-face.ts'
import { drawSmile, firstDrawn } from './drawn-face.ts'
import type { Canvas2D } from './face.ts'
import { expressionOf, expressions, LiveFace } from './live-face.ts'

const size = 64

function pixels(draw: (context: Canvas2D) => void): Buffer {
  const canvas = createCanvas(size, size)
  draw(canvas.getContext('2d') as unknown as Canvas2D)
  return canvas.data()
}

it('is the face to begin with, which smiles', () => {
  const { looks, scene } = firstDrawn
  const posed = (id: 'happy' | 'neutral') =>
    pixels((context) =>
      drawFace(context, size, looks, scene, new LiveFace({ ...firstDrawn, units: expressions[id] }).pose(), 0),
    )
  const drawn = pixels((context) => drawSmile(context, size))
  expect(expressionOf(firstDrawn.units)).toBe('neutral')
  expect(drawn.equals(posed('happy'))).toBe(true)
  expect(drawn.equals(posed('neutral'))).toBe(false)
})
