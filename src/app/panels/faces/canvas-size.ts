/** Gives a canvas as many pixels as it covers of the screen; where that is another number, it is cleared. */
export function fitToScreen(canvas: HTMLCanvasElement): void {
  const width = Math.round(canvas.clientWidth * devicePixelRatio)
  const height = Math.round(canvas.clientHeight * devicePixelRatio)
  if (canvas.width === width && canvas.height === height) return
  canvas.width = width
  canvas.height = height
}

/** The canvas's 2D context, cleared, in CSS px. */
export function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
  const context = canvas.getContext('2d') ?? undefined
  context?.resetTransform()
  context?.clearRect(0, 0, canvas.width, canvas.height)
  context?.scale(devicePixelRatio, devicePixelRatio)
  return context
}
