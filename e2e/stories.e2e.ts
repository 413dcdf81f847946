import { compareWithBaseline } from '../scripts/screens/baseline.ts'
import { looksOf, pictureSizes } from '../scripts/screens/looks.ts'
import { serveStories } from '../scripts/screens/stories-site.ts'
import { type Walked, walkStories } from '../scripts/screens/walk.ts'
import { stories } from '../src/app/testing/stories.ts'
import { expect, test } from './page.ts'

/**
 * A wide screen and a phone, each in another theme. `npm run screenshots -- --axe` looks at all stories in ten looks, and
 * `--compare` holds eight against the kept ones.
 */
const looks = looksOf(pictureSizes).filter(
  ({ size, theme }) => (size.width === 1440 && theme === 'light') || (size.width === 390 && theme === 'dark'),
)
const names = Object.keys(stories)

/** Every state of the page is drawn twice, and this machine may have two slow cores. */
const mostMs = 900_000

let walked: Promise<Walked> | undefined

/** Both tests look at the same walk. */
test.describe.configure({ mode: 'serial' })

test('axe finds nothing wrong with any state of the page, and none scrolls sideways', async ({ browser }) => {
  test.setTimeout(mostMs)
  const site = await serveStories('stories')
  try {
    walked = walkStories(browser, site.address, {
      names,
      looks,
      arePicturesTaken: true,
      isChecked: true,
    })
    const { checked, found } = await walked
    console.log(
      `    ${names.length} stories x ${looks.length}: ${checked} checked, ${found.length} violations, errors and warnings`,
    )
    expect(found).toEqual([])
    expect(checked).toBe(names.length * looks.length)
  } finally {
    await site.close()
  }
})

test('every state of the page looks as the kept pictures', async () => {
  if (!walked) throw new Error('the stories were not told')
  const { sheets, fonts } = await walked
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
})
