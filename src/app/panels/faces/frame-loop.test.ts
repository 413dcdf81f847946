import { expect, it } from 'vitest'
import { FrameLoop } from './frame-loop.ts'

function setUp() {
  const requests: (() => void)[] = []
  const loop = new FrameLoop((run) => requests.push(run))
  return { loop, requests, frame: () => requests.shift()?.() }
}

it('requests no frame while nobody asks', () => {
  const { loop, requests, frame } = setUp()
  expect(requests).toHaveLength(0)
  loop.want(() => undefined)
  frame()
  expect(requests).toHaveLength(0)
})

it('draws all that asked in one frame, each once', () => {
  const { loop, requests, frame } = setUp()
  const drawn: string[] = []
  const [outlines, lanes] = [() => drawn.push('outlines'), () => drawn.push('lanes')]
  loop.want(outlines)
  loop.want(lanes)
  loop.want(outlines)
  expect(requests).toHaveLength(1)
  frame()
  expect(drawn).toEqual(['outlines', 'lanes'])
})

it('draws in the next frame what asks while it is drawn, and nothing that is gone', () => {
  const { loop, requests, frame } = setUp()
  let drawn = 0
  const again = () => {
    drawn++
    loop.want(again)
  }
  loop.want(again)
  frame()
  expect([drawn, requests.length]).toEqual([1, 1])
  loop.forget(again)
  frame()
  expect([drawn, requests.length]).toEqual([1, 0])
})
