import type { LiveSource } from './session-state.ts'

/**
 * The newest picture of what is captured, taken from the element that shows it, before the capture ends; undefined where
 * none is on show yet. Whoever takes it must close it.
 */
export function lastPicture(source: LiveSource): ImageBitmap | undefined {
  const shown = source.kind === 'drawn' ? source.canvas : videoOf(source.stream)
  if (!shown) return undefined
  const isVideo = shown instanceof HTMLVideoElement
  const width = isVideo ? shown.videoWidth : shown.width
  const height = isVideo ? shown.videoHeight : shown.height
  if (width === 0 || height === 0 || typeof OffscreenCanvas === 'undefined') return undefined
  // At once: `createImageBitmap` would answer only after the capture has ended.
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) return undefined
  context.drawImage(shown, 0, 0, width, height)
  return canvas.transferToImageBitmap()
}

function videoOf(stream: MediaStream): HTMLVideoElement | undefined {
  return [...document.querySelectorAll('video')].find(({ srcObject }) => srcObject === stream)
}
