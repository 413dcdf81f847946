import { compareWithBaseline } from '../scripts/screens/baseline.ts'
import { looksOf, pictureSizes } from '../scripts/screens/looks.ts'
import { serveStories } from '../scripts/screens/stories-site.ts'
import { takePictures } from '../scripts/screens/walk.ts'
import { stories } from '../src/app/testing/stories.ts'
import { expect, test } from './page.ts'

/** A wide screen and a phone; `npm run screenshots -- --compare` holds all eight looks against the kept ones. */
const looks = looksOf(pictureSizes).filter(
  ({ size, theme }) => (size.width === 1440 && theme === 'light') || (size.width === 390 && theme === 'dark'),
)

test('every state of the page looks as the kept pictures', async ({ browser }) => {
  const names = Object.keys(stories)
  const site = await serveStories('pictures')
  try {
    const { sheets, fonts, found } = await takePictures(browser, site.address, { names, looks })
    expect(found, 'errors and warnings of the pages').toEqual([])
    const outcome = await compareWithBaseline(sheets, { fonts, stories: names })
    test.skip(!outcome.isCompared, outcome.isCompared ? '' : `The pictures were not compared: ${outcome.reason}.`)
    if (!outcome.isCompared) return
    for (const [look, { compared, changed, unknown, gone }] of outcome.byLook) {
      console.log(`    ${look}: ${compared} stories compared, ${changed.length} changed`)
      expect({ changed, unknown, gone }, `${look}; npm run screenshots -- --accept keeps them`).toEqual({
        changed: [],
        unknown: [],
        gone: [],
      })
    }
  } finally {
    await site.close()
  }
})
