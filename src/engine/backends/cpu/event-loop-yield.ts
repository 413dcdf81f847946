/** How long a thread may compute without handling messages and timers, ms. */
const longestMs = 100

/**
 * Returns a function that lets the event loop run, if it has not for 100 ms. Computing goes on from promise to promise,
 * and in WebKit so does what the browser is asked for in between (`createImageBitmap`): without it no message and no
 * timer was handled for 15 s, and a worker that does not answer is terminated.
 */
export function eventLoopYield(now: () => number = () => performance.now()): () => Promise<void> {
  let lastMs = now()
  return async () => {
    if (now() - lastMs < longestMs) return
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
    lastMs = now()
  }
}
