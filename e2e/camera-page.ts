import type { Page } from '@playwright/test'
import { cameraFile } from '../fixtures/make_camera.ts'
import { test as base } from './page.ts'

export interface CameraSpy {
  /** Calls of getUserMedia. */
  calls: number
  /** What the page was given, and every copy it made. */
  readonly tracks: MediaStreamTrack[]
}

declare global {
  var cameraSpy: CameraSpy | undefined
}

/** Watches what the page does to cameras; to be installed before the page opens. */
export async function spyOnCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const spy: CameraSpy = { calls: 0, tracks: [] }
    globalThis.cameraSpy = spy
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      spy.calls++
      const stream = await ask(constraints)
      spy.tracks.push(...stream.getTracks())
      return stream
    }
    const { clone } = MediaStreamTrack.prototype
    MediaStreamTrack.prototype.clone = function () {
      const copy = clone.call(this)
      spy.tracks.push(copy)
      return copy
    }
  })
}

/** States of all tracks so far, the oldest first. */
export function trackStates(page: Page): Promise<MediaStreamTrackState[]> {
  return page.evaluate(() => globalThis.cameraSpy?.tracks.map(({ readyState }) => readyState) ?? [])
}

/** A person who was asked before. */
export async function consentEarlier(page: Page): Promise<void> {
  await page.addInitScript(() => localStorage.setItem('videmo-camera-consent', 'given'))
}

/** A browser of its own, whose camera plays a file, and whose workers can be told to collect garbage. */
export function cameraTest(file: () => Promise<string>) {
  return base.extend<object, object>({
    launchOptions: [
      async ({ launchOptions }, use) => {
        const camera = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${await file()}`]
        await use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...camera, '--js-flags=--expose-gc'] })
      },
      { scope: 'worker' },
    ],
    permissions: ['camera'],
  })
}

/** The camera plays the fixtures' file of numbered frames. */
export const test = cameraTest(cameraFile)

export { expect, fixture, quick, smallFrames } from './page.ts'
