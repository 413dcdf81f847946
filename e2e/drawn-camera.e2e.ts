import { storyCameraFile } from '../fixtures/story_camera.ts'
import { cameraTest, consentEarlier, expect } from './camera-page.ts'
import { ReaderPage, reads } from './page.ts'

const test = cameraTest(storyCameraFile)
const patience = { timeout: 150_000 }

test('the sample face before a camera is read as happy with AU12, then as angry, and the page warns of real faces', async ({
  page,
}) => {
  await consentEarlier(page)
  const reader = new ReaderPage(page)
  // A camera is taken to show real faces: the person chooses to have the drawing itself read.
  await reader.settings({ probes: { isOn: false }, faces: { view: 'picture' } })
  await page.goto('?test&unchecked&tokens=256')
  await reader.sourceButton('camera').click()
  await expect(page.getByText('Not for real faces').first()).toBeVisible(patience)
  const hasRead = (emotion: string, unit: string) => async () => (await reader.transcripts()).some(reads(emotion, unit))
  await expect.poll(hasRead('happy', 'AU12'), patience).toBe(true)
  await expect.poll(hasRead('angry', 'AU4'), patience).toBe(true)
})
