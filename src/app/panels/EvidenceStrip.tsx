import { useEffect, useRef } from 'react'
import { formatMs, formatSeconds } from '../format.ts'
import type { Session, StripFrame } from '../session.ts'
import { useStore } from '../store.ts'
import styles from './EvidenceStrip.module.css'

/** Empty places before a video is open: one row. */
const placesAtFirst = 8

/** The very frames that the model sees, at its resolution, with their times. */
export function EvidenceStrip({ session }: { readonly session: Session }) {
  const frames = useStore(session.store, (state) => state.frames)
  const clip = useStore(session.store, (state) => state.clip)
  const msPerPair = useStore(session.store, (state) => state.msPerPair)
  const empty = Math.max(0, (clip?.frames ?? placesAtFirst) - frames.length)
  return (
    <section className={styles.strip} aria-labelledby="strip-title">
      <div className={styles.head}>
        <h2 id="strip-title" className={styles.title}>
          What the model sees
        </h2>
        <p className={styles.figures}>
          {clip ? `${frames.length} of ${clip.frames} frames` : 'Up to 16 frames, two a second'}
          {msPerPair !== undefined && ` · ${formatMs(msPerPair)} a pair`}
        </p>
      </div>
      <ol className={styles.frames}>
        {[...frames]
          .sort((a, b) => a.index - b.index)
          .map((frame) => (
            <li key={frame.index}>
              <Frame frame={frame} />
            </li>
          ))}
        {Array.from({ length: empty }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: empty places are all alike
          <li key={`empty-${index}`} className={styles.empty} aria-hidden="true" />
        ))}
      </ol>
    </section>
  )
}

function Frame({ frame }: { readonly frame: StripFrame }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { image, index, timeS } = frame
  useEffect(() => {
    // A closed image, of a reading that is over, has no size.
    if (image.width > 0) canvas.current?.getContext('2d')?.drawImage(image, 0, 0)
  }, [image])
  return (
    <figure className={styles.figure}>
      <canvas
        ref={canvas}
        className={styles.image}
        width={image.width}
        height={image.height}
        role="img"
        aria-label={`Frame ${index + 1}, ${image.width} × ${image.height} pixels`}
      />
      <figcaption className={styles.time}>{formatSeconds(timeS)}</figcaption>
    </figure>
  )
}
