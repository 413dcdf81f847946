/** How often a track is looked at, ms. */
const lookMs = 200

/**
 * Lets a copy of a track do what its owner does to the original: it ends when the original does, and is switched off and
 * on with it. A copy by itself goes on, camera light and all; and a track that its owner stops fires no event.
 *
 * @param onEnded called once, when the original has ended
 * @returns ends the following
 */
export function followTrack(original: MediaStreamTrack, copy: MediaStreamTrack, onEnded: () => void): () => void {
  const leave = () => {
    clearInterval(timer)
    original.removeEventListener('ended', look)
  }
  const look = () => {
    if (original.readyState === 'ended') {
      leave()
      onEnded()
      return
    }
    if (copy.enabled !== original.enabled) copy.enabled = original.enabled
  }
  const timer = setInterval(look, lookMs)
  original.addEventListener('ended', look)
  return leave
}
