/** As long as a thread may go on without looking at what came in, ms. */
const longestMs = 100

/**
 * Lets a thread that computes hear what came in meanwhile. What it computes follows from promise to promise, and in
 * WebKit so does what is asked of the browser in between (`createImageBitmap`): no message and no timer had its turn
 * for 15 s, and a worker that does not answer is given up.
 */
export function turnTaking(now: () => number = () => performance.now()): () => Promise<void> {
  let lastMs = now()
  return async () => {
    if (now() - lastMs < longestMs) return
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
    lastMs = now()
  }
}
