import { expect, it } from 'vitest'
import { actionOf } from './actions.ts'
import { framedSources, framingFrom } from './framing.ts'

it('knows how it is framed, and begins with nothing else than what it knows', () => {
  const of = (query: string) => framingFrom(new URLSearchParams(query))
  expect(of('')).toEqual({ isBare: false, source: undefined })
  expect(of('embed=1&source=camera')).toEqual({ isBare: true, source: 'camera' })
  expect(of('embed=0&source=erase')).toEqual({ isBare: false, source: undefined })
})

it('begins with actions that are there', () => {
  for (const source of framedSources) expect(actionOf(source).group).toBe('source')
})
