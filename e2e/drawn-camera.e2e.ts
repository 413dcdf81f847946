import { storyCameraFile } from '../fixtures/story_camera.ts'
import { cameraTest, consentEarlier, expect } from './camera-page.ts'

const test = cameraTest(storyCameraFile)
const patience = { timeout: 120_000 }

test('the sample face before a camera is read as happy with AU12, then as angry, and the page warns of real faces', async ({
  page,
}) => {
  await consentEarlier(page)
  await page.goto('?test&unchecked')
  await expect(page.getByText(/reads drawn faces/)).toBeVisible(patience)
  await page.getByRole('button', { name: 'Use my camera' }).click()
  await expect(page.getByText(/it has never seen a real face/)).toBeVisible()
  const now = page.getByRole('region', { name: 'Now' })
  await expect(now.getByText('Appears happy')).toBeVisible(patience)
  await expect(now.getByRole('list', { name: 'Action units' })).toContainText('AU12', patience)
  await expect(now.getByText('Appears angry')).toBeVisible(patience)
  await expect(now.getByRole('list', { name: 'Action units' })).toContainText('AU4', patience)
})
