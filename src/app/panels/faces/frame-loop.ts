type Draw = () => void

/**
 * Calls what has asked for it once in the next animation frame, however often it asked. While nobody asks, no frame is
 * requested.
 */
export class FrameLoop {
  private readonly wanted = new Set<Draw>()
  private isRequested = false

  constructor(private readonly request: (run: () => void) => void) {}

  readonly want = (draw: Draw): void => {
    this.wanted.add(draw)
    if (this.isRequested) return
    this.isRequested = true
    this.request(this.run)
  }

  readonly forget = (draw: Draw): void => {
    this.wanted.delete(draw)
  }

  private readonly run = (): void => {
    this.isRequested = false
    const wanted = [...this.wanted]
    this.wanted.clear()
    for (const draw of wanted) draw()
  }
}

/** All that is drawn of faces is drawn in one animation frame. */
export const frameLoop = new FrameLoop((run) => requestAnimationFrame(run))
