import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'

/** Portraits of fixtures/data/faces, whose sources and licences fixtures/README.md names. */
const portraits = ['older_woman_256', 'portrait_smile_256']

/** Puts a picture in the place of the camera, in which two people move a little; before the page opens. */
export async function installTwoFaces(page: Page): Promise<void> {
  const files = await Promise.all(
    portraits.map(async (name) => {
      const path = fileURLToPath(new URL(`../fixtures/data/faces/${name}.png`, import.meta.url))
      return (await readFile(path)).toString('base64')
    }),
  )
  await page.addInitScript((files) => {
    navigator.mediaDevices.getUserMedia = async () => {
      const images = await Promise.all(
        files.map((file) => {
          const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))
          return createImageBitmap(new Blob([bytes], { type: 'image/png' }))
        }),
      )
      const canvas = document.createElement('canvas')
      canvas.width = 640
      canvas.height = 360
      const context = canvas.getContext('2d', { alpha: false })
      const draw = (ms: number) => {
        if (!context) return
        context.fillStyle = '#777'
        context.fillRect(0, 0, 640, 360)
        const sway = 10 * Math.sin(ms / 700)
        context.drawImage(images[0], 20 + sway, 50, 260, 260)
        context.drawImage(images[1], 360 - sway, 60, 240, 240)
        requestAnimationFrame(draw)
      }
      draw(0)
      return canvas.captureStream(20)
    }
  }, files)
}
