import { expect, it } from 'vitest'
import { noFaces } from '../../session/faces-state.ts'
import { followed } from '../../testing/fake-faces.ts'
import { FaceNews } from './face-news.ts'

const none = noFaces
const one = { ...noFaces, tracks: [followed('face-1')] }
const two = { ...noFaces, tracks: [followed('face-1'), followed('face-2')] }

it('tells of the first face at once, and of nothing that is as it was', () => {
  const news = new FaceNews()
  expect(news.take(none, 0)).toBeUndefined()
  expect(news.take(one, 100)).toEqual({ text: 'One face is followed.' })
  expect(news.take({ ...one, chosen: 'face-1' }, 200)).toBeUndefined()
})

it('waits until ten seconds have passed since it last told', () => {
  const news = new FaceNews()
  news.take(one, 1000)
  expect(news.take(two, 4000)).toEqual({ againMs: 7000 })
  expect(news.take(two, 11_000)).toEqual({ text: '2 faces are followed.' })
})

it('is silent about a face that was lost and is back by then', () => {
  const news = new FaceNews()
  news.take(one, 1000)
  expect(news.take(none, 3000)).toEqual({ againMs: 8000 })
  expect(news.take(one, 4000)).toBeUndefined()
  expect(news.take(one, 11_000)).toBeUndefined()
})

it('tells that nobody is left', () => {
  const news = new FaceNews()
  news.take(one, 0)
  expect(news.take({ ...one, tracks: [followed('face-1', { isHere: false })] }, 10_000)).toEqual({
    text: 'There is no face in the picture any more.',
  })
})
