import { expect, it } from 'vitest'
import { TokenFlow } from './token-flow.ts'

function flow() {
  const frames: (() => void)[] = []
  const heard: [string, boolean][] = []
  const tokens = new TokenFlow((run) => frames.push(run))
  return {
    tokens,
    heard,
    listen: () => tokens.subscribe((text, isAppended) => heard.push([text, isAppended])),
    frame: () => {
      for (const run of frames.splice(0)) run()
    },
    waiting: () => frames.length,
  }
}

it('tells once per frame', () => {
  const { tokens, heard, listen, frame, waiting } = flow()
  listen()
  for (const text of ['a', 'b', 'c']) tokens.push(text)
  expect(waiting()).toBe(1)
  frame()
  tokens.push('d')
  frame()
  expect(heard).toEqual([
    ['', false],
    ['abc', true],
    ['d', true],
  ])
})

it('loses and repeats nothing for a late listener', () => {
  const { tokens, heard, listen, frame } = flow()
  tokens.push('a')
  frame()
  tokens.push('b')
  listen()
  frame()
  expect(heard).toEqual([
    ['a', false],
    ['b', true],
  ])
})

it('replaces what is still waiting', () => {
  const { tokens, heard, listen, frame } = flow()
  listen()
  tokens.push('half')
  tokens.set('whole')
  frame()
  expect(heard.at(-1)).toEqual(['whole', false])
  expect(tokens.text).toBe('whole')
})
