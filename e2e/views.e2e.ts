import { faceCameraFile } from '../fixtures/moving_face.ts'
import { words } from '../src/app/panels/reading/words.ts'
import { cameraTest, consentEarlier, expect } from './camera-page.ts'
import type { ReaderPage } from './page.ts'
import { reads } from './page.ts'

const test = cameraTest(faceCameraFile)

/** The embedded model, which has learnt drawn faces, and is shown a drawing that moves as a real one does. */
const query = '?test&tokens=120&unchecked'
const patience = { timeout: 150_000 }
const smile = reads('happy', 'AU12')

const isSmileRead = async (reader: ReaderPage) => (await reader.transcripts()).some(smile)

test.beforeEach(({ page }) => consentEarlier(page))

test('a photographed smile is read as happy through its drawn twin', async ({ page, reader }) => {
  await page.goto(query)
  await reader.choose('fixtures/data/faces/portrait_smile_256.png')
  await expect.poll(() => isSmileRead(reader), patience).toBe(true)
  await expect(page.getByText(words.throughTwin)).toBeVisible()
  await expect(page.getByText(words.shown('twin', 'face-1'))).toBeVisible()
  await expect(page.getByText(words.appears('happy'), { exact: true })).toBeVisible(patience)
  // Nobody asks about the drawing's hair.
  for (const { texts } of await reader.transcripts()) expect(texts.attributes).toBeUndefined()
})

test('somebody who smiles at the camera is read as happy through a twin', async ({ page, reader }) => {
  await page.goto(query)
  await reader.sourceButton('camera').click()
  await expect.poll(() => isSmileRead(reader), patience).toBe(true)
  await expect(page.getByText(words.throughTwin)).toBeVisible()
  // A face that was lost and found again may have another number.
  await expect(page.getByText(/^What the model was shown: twin of face \d/)).toBeVisible()
  await expect(page.getByText(words.appears('happy'), { exact: true })).toBeVisible(patience)
})
