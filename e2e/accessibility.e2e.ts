import { checkedSizes, looksOf } from '../scripts/screens/looks.ts'
import { serveStories } from '../scripts/screens/stories-site.ts'
import { checkStories } from '../scripts/screens/walk.ts'
import { stories } from '../src/app/testing/stories.ts'
import { expect, test } from './page.ts'

/** The largest and the narrowest, each in another theme; `npm run screenshots -- --axe` looks at all ten. */
const looks = looksOf(checkedSizes).filter(
  ({ size, theme }) => (size.width === 1440 && theme === 'light') || (size.width === 320 && theme === 'dark'),
)

test('axe finds nothing wrong with any state of the page, and none scrolls sideways', async ({ browser }) => {
  const names = Object.keys(stories)
  const site = await serveStories('axe')
  try {
    const { checked, found } = await checkStories(browser, site.address, { names, looks })
    console.log(`    ${names.length} stories x ${looks.length}: ${checked} checked, ${found.length} violations`)
    expect(found).toEqual([])
    expect(checked).toBe(names.length * looks.length)
  } finally {
    await site.close()
  }
})
