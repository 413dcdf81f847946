import { expect, it } from 'vitest'
import {
  formatBytes,
  formatClock,
  formatError,
  formatLabel,
  formatLeft,
  formatSigned,
  formatSpan,
  formatTime,
} from './format.ts'

it.each([
  [-1, '0:00'],
  [0.2, '0:01'],
  [5, '0:05'],
  [119.5, '2:00'],
  [3600, '1:00:00'],
])('formatClock(%d)', (seconds, text) => {
  expect(formatClock(seconds)).toBe(text)
})

it.each([
  [0, '0.0 s'],
  [59.94, '59.9 s'],
  [59.96, '1:00.0'],
  [64.5, '1:04.5'],
  [3599.99, '1:00:00'],
  [3724, '1:02:04'],
])('formatTime(%d)', (seconds, text) => {
  expect(formatTime(seconds)).toBe(text)
})

it.each([
  [0, 7.5, '0.0–7.5 s'],
  [58, 65.5, '58.0 s–1:05.5'],
  [61, 65.5, '1:01.0–1:05.5'],
])('formatSpan(%d, %d)', (from, to, text) => {
  expect(formatSpan(from, to)).toBe(text)
})

it.each([
  [1, 'a few seconds left'],
  [11, 'about 15 s left'],
  [89, 'about 90 s left'],
  [100, 'about 2 min left'],
  [7000, 'about 2 h left'],
])('formatLeft(%d)', (seconds, text) => {
  expect(formatLeft(seconds)).toBe(text)
})

it.each([
  [Number.NaN, 'unknown'],
  [Number.POSITIVE_INFINITY, 'not finite'],
  [0, '0'],
  [0.000021, '2.1e-5'],
  [4.2, '4.2'],
])('formatError(%d)', (value, text) => {
  expect(formatError(value)).toBe(text)
})

it('signed values', () => {
  expect([0.624, -0.3, -0.001, 0].map(formatSigned)).toEqual(['+0.62', '−0.30', '0.00', '0.00'])
})

it('bytes and labels', () => {
  expect([900, 1.75e6, 2.124e9].map(formatBytes)).toEqual(['1 kB', '1.8 MB', '2.1 GB'])
  expect(formatLabel('bags_under_eyes')).toBe('bags under eyes')
})
