import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'

export interface FakeCamera {
  /** Frames a second; 0 for a camera that hangs. */
  setRate(perSecond: number): void
  /** As a browser does when another program takes the camera over. */
  mute(isMuted: boolean): void
}

declare global {
  var fakeCamera: FakeCamera | undefined
}

/** Puts a canvas in the place of the camera and of the screen, which does what a test says; before the page opens. */
export async function installFakeCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 160
    canvas.height = 120
    const context = canvas.getContext('2d', { alpha: false })
    let number = 0
    const draw = () => {
      if (!context) return
      context.fillStyle = `rgb(${(number * 37) % 256} ${(number * 11) % 256} ${number % 256})`
      context.fillRect(0, 0, 160, 120)
      number++
    }
    draw()
    let track: MediaStreamTrack | undefined
    let isMuted = false
    let perSecond = 20
    const camera: FakeCamera = {
      setRate: (rate) => {
        perSecond = rate
      },
      mute: (muted) => {
        isMuted = muted
        track?.dispatchEvent(new Event(muted ? 'mute' : 'unmute'))
      },
    }
    globalThis.fakeCamera = camera
    const run = () => {
      if (perSecond > 0) draw()
      setTimeout(run, perSecond > 0 ? 1000 / perSecond : 50)
    }
    run()
    const give = async () => {
      const stream = canvas.captureStream()
      track = stream.getVideoTracks()[0]
      Object.defineProperty(track, 'muted', { get: () => isMuted })
      return stream
    }
    navigator.mediaDevices.getUserMedia = give
    navigator.mediaDevices.getDisplayMedia = give
  })
}

/** Has the camera play this video again and again, from the next time that the page asks for it. */
export async function playBeforeCamera(page: Page, file: string): Promise<void> {
  const base64 = (await readFile(file)).toString('base64')
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
    const video = document.createElement('video')
    video.muted = true
    video.loop = true
    video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/mp4' }))
    await video.play()
    const canvas = document.createElement('canvas')
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    const context = canvas.getContext('2d', { alpha: false })
    // Drawn by a clock of its own: a stream of the element itself ends where it begins again.
    setInterval(() => context?.drawImage(video, 0, 0), 100)
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream()
  }, base64)
}
