import { useEffect, useRef } from 'react'
import { Name } from '../../controls/Name.tsx'
import { formatSpan, formatTime } from '../../format.ts'
import { useRecorded } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { shownText, viewOf } from '../../view-words.ts'
import styles from './EvidenceStrip.module.css'

interface Picture {
  readonly key: string
  readonly timeS: number
  readonly image: ImageBitmap | Blob
  /** The frame joined the window after the answers began, which are therefore not about it. */
  readonly isNew: boolean
  readonly isPointed: boolean
}

/** The very frames that the model sees, at its resolution, with their times. */
export function EvidenceStrip() {
  const page = usePage()
  const { store } = page.session
  const frames = useStore(store, (state) => state.frames)
  const readFrames = useStore(store, (state) => state.current?.frames)
  const pairsPerWindow = useStore(store, (state) => state.pairsPerWindow)
  const clip = useStore(store, (state) => state.clip)
  const pointed = useStore(page.view, (view) => view.pointed)
  const recorded = useRecorded()
  const read = new Set(readFrames?.map(({ number }) => number))
  const pictures: Picture[] = recorded
    ? recorded.frames.flatMap(({ timeS, thumbnail: image }, index) => {
        const isPointed = pointed?.frames.has(index) ?? false
        return image ? [{ key: `${recorded.update}/${index}`, timeS, image, isNew: false, isPointed }] : []
      })
    : frames.map(({ number, timeS, image }) => ({
        key: String(number),
        timeS,
        image,
        isNew: readFrames !== undefined && !read.has(number),
        isPointed: pointed?.frames.has(number) ?? false,
      }))
  const liveView = useStore(store, viewOf)
  const count = recorded
    ? formatSpan(recorded.startS, recorded.endS)
    : clip
      ? `${frames.length} of ${pairsPerWindow * 2} frames`
      : ''
  const row = useStripScroll(recorded ? undefined : frames.at(-1)?.number, pointed?.key)
  return (
    <section className={styles.strip} aria-labelledby="strip-title">
      <div className={styles.head}>
        <h2 id="strip-title" className={styles.title}>
          {recorded ? 'What the model saw' : 'What the model sees'}
        </h2>
        {recorded && <Name className={styles.source}>{recorded.source.name}</Name>}
        <p className={styles.figures}>
          {pictures.length > 0 && `${shownText(recorded?.view ?? liveView)} · `}
          {count}
        </p>
      </div>
      {pictures.length === 0 ? (
        <p className={styles.nothing}>The frames behind each answer appear here, exactly as the model gets them.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <ol ref={row} className={styles.frames} tabIndex={0} aria-label="Frames, oldest first">
          {pictures.map((picture) => (
            <li key={picture.key} className={styles.frame} data-pointed={picture.isPointed || undefined}>
              <Frame picture={picture} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function Frame({ picture: { image, timeS, isNew } }: { readonly picture: Picture }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    if (image instanceof ImageBitmap) {
      draw(element, image)
      return
    }
    let isGone = false
    createImageBitmap(image)
      .then((bitmap) => {
        if (!isGone) draw(element, bitmap)
        bitmap.close()
      })
      // A thumbnail that the browser cannot read stays empty; its time still stands below.
      .catch(() => undefined)
    return () => {
      isGone = true
    }
  }, [image])
  return (
    <figure className={styles.figure} data-new={isNew || undefined}>
      <canvas
        ref={canvas}
        className={styles.image}
        width={4}
        height={3}
        role="img"
        aria-label={`Frame at ${formatTime(timeS)}`}
      />
      <figcaption className={styles.time}>
        {formatTime(timeS)}
        {isNew && <span className={styles.next}> next</span>}
      </figcaption>
    </figure>
  )
}

function draw(canvas: HTMLCanvasElement, image: ImageBitmap): void {
  // The images of a reading that was cleared are closed and have no size.
  if (image.width === 0) return
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext('2d')?.drawImage(image, 0, 0)
}

/** Scrolls to the newest frame, unless the strip has the pointer or the focus, and to frames that are pointed at. */
function useStripScroll(newest: number | undefined, pointed: string | undefined) {
  const row = useRef<HTMLOListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new frame moves the strip
  useEffect(() => {
    const element = row.current
    if (!element || element.contains(document.activeElement) || element.matches(':hover')) return
    element.scrollTo({ left: element.scrollWidth })
  }, [newest])
  useEffect(() => {
    const element = row.current
    const first = pointed && element?.querySelector<HTMLElement>('[data-pointed]')
    if (element && first) element.scrollTo({ left: first.offsetLeft - 8 })
  }, [pointed])
  return row
}
