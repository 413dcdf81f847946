import { expect, it } from 'vitest'
import { withChromiumPage } from '../../../cli/chromium-page.ts'
import { aboveAllowed, differences, readPictures, tellDifferences } from '../../../src/faces/testing/reference.ts'
import type { Place } from './faces-page.ts'

const page = 'e2e/harness/faces/faces-page.html'

it.each<Place>(['processor', 'webgpu'])('gives what TensorFlow Lite gives, in Chromium on its %s', async (place) => {
  const outcome = await withChromiumPage(page, { files: {}, folders: {} }, (opened) =>
    opened.evaluate(({ place, pictures }) => window.runFaces(place, pictures), { place, pictures: readPictures() }),
  )
  if ('error' in outcome) throw new Error(JSON.stringify(outcome.error))
  // Some hundred nodes a network; on the processor, none of them goes to the GPU.
  expect(outcome.dispatches > 1000).toBe(place === 'webgpu')
  const found = differences(outcome.outputs)
  tellDifferences(`in Chromium on ${outcome.adapter || 'the processor'} (${outcome.dispatches} dispatches)`, found)
  expect(aboveAllowed(found)).toEqual([])
})
