import { type RefObject, useEffect } from 'react'
import { fitToScreen } from './canvas-size.ts'
import { frameLoop } from './frame-loop.ts'
import type { ShownFaces } from './shown-faces.ts'

/** What changes the colors of a canvas without any other change of the page. */
const lookQueries = ['(prefers-color-scheme: dark)', '(forced-colors: active)']

/**
 * Has a canvas drawn when another frame is shown or more is measured, when its size or the colors of the page change,
 * and when `draw` is another function; never otherwise. With the wish for less motion at most once in `calmMs`.
 *
 * @param draw is told whether the canvas must be drawn whatever was drawn before; undefined where nothing is to be seen
 */
export function useDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  faces: ShownFaces | undefined,
  draw: ((canvas: HTMLCanvasElement, isNew: boolean) => void) | undefined,
  calmMs = 0,
): void {
  useEffect(() => {
    const element = canvas.current
    if (!element || !faces || !draw) return
    let isNew = true
    let drawnRatio = devicePixelRatio
    let drawnAtMs = Number.NEGATIVE_INFINITY
    let timer: ReturnType<typeof setTimeout> | undefined
    const now = () => {
      drawnAtMs = performance.now()
      const isAnew = isNew || devicePixelRatio !== drawnRatio
      // Asks for the layout, so not for every frame.
      if (isAnew) fitToScreen(element)
      draw(element, isAnew)
      isNew = false
      drawnRatio = devicePixelRatio
    }
    const want = () => {
      const waitMs = isCalm() ? drawnAtMs + calmMs - performance.now() : 0
      if (waitMs <= 0) frameLoop.want(now)
      else timer ??= setTimeout(later, waitMs)
    }
    const later = () => {
      timer = undefined
      frameLoop.want(now)
    }
    const renew = () => {
      isNew = true
      frameLoop.want(now)
    }
    const resized = new ResizeObserver(renew)
    resized.observe(element)
    const looks = lookQueries.map((query) => matchMedia(query))
    for (const look of looks) look.addEventListener('change', renew)
    const stop = faces.listen(want)
    renew()
    return () => {
      stop()
      clearTimeout(timer)
      resized.disconnect()
      for (const look of looks) look.removeEventListener('change', renew)
      frameLoop.forget(now)
    }
  }, [canvas, faces, draw, calmMs])
}

function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
