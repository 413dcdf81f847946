import { type CSSProperties, useEffect, useRef } from 'react'
import { spanOf } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './EvidenceStrip.module.css'
import type { ShownReading } from './use-shown-reading.ts'
import { words } from './words.ts'

interface Picture {
  readonly timeS: number
  readonly image: ImageBitmap | Blob
  /** The frame joined the window after the answers began, which are therefore not about it. */
  readonly isNew: boolean
  readonly isPointed: boolean
}

const nothing: readonly never[] = []
/** Frames have the size that they have in a window of so many, so that nothing moves when the model's own is known. */
const commonPlaces = 16

/** The very frames that the model was shown, in one row, with room for a full window from the start. */
export function EvidenceStrip({ reading }: { readonly reading: ShownReading }) {
  const page = usePage()
  const { store } = page.session
  const { recorded, view, track, scope } = reading
  const isUnread = scope === 'unread'
  const frames = useStore(store, (state) => (isUnread ? nothing : state.frames))
  const readFrames = useStore(store, (state) => state.current?.frames)
  const pairsPerWindow = useStore(store, (state) => state.pairsPerWindow)
  const pointed = useStore(page.view, (view) => view.pointed)
  const read = new Set(readFrames?.map(({ number }) => number))
  const pictures: Picture[] = recorded
    ? recorded.frames.flatMap(({ timeS, thumbnail: image }, index) => {
        const isPointed = pointed?.frames.has(index) ?? false
        return image ? [{ timeS, image, isNew: false, isPointed }] : []
      })
    : frames.map(({ number, timeS, image }) => ({
        timeS,
        image,
        isNew: readFrames !== undefined && !read.has(number),
        isPointed: pointed?.frames.has(number) ?? false,
      }))
  const span = spanOf(pictures)
  const places = Math.max(pairsPerWindow * 2, pictures.length)
  return (
    <section className={styles.strip} aria-label={words.strip}>
      <p className={styles.title}>
        {pictures.length > 0
          ? [words.shown(view, track), ...(span ? [words.frames(pictures.length, span[0], span[1])] : [])].join(' · ')
          : words.noFrames}
      </p>
      <ol
        className={styles.frames}
        style={{ '--places': Math.max(commonPlaces, places) } as CSSProperties}
        aria-label={words.framesList}
      >
        {pictures.map((picture, place) => (
          <li
            // By place: when the window moves on, pictures change and no element moves.
            // biome-ignore lint/suspicious/noArrayIndexKey: a place is what it is
            key={place}
            className={styles.frame}
            data-pointed={picture.isPointed || undefined}
            data-new={picture.isNew || undefined}
          >
            <Frame picture={picture} />
          </li>
        ))}
        {Array.from({ length: places - pictures.length }, (_, free) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: empty places are all alike
          <li key={pictures.length + free} className={styles.frame} role="presentation">
            <span className={styles.free} />
          </li>
        ))}
      </ol>
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
      // A thumbnail that the browser cannot read stays empty; its time is still told.
      .catch(() => undefined)
    return () => {
      isGone = true
    }
  }, [image])
  const name = isNew ? words.nextFrameAt(timeS) : words.frameAt(timeS)
  return <canvas ref={canvas} className={styles.image} width={4} height={4} role="img" aria-label={name} title={name} />
}

function draw(canvas: HTMLCanvasElement, image: ImageBitmap): void {
  // The images of a reading that was cleared are closed and have no size.
  if (image.width === 0) return
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext('2d')?.drawImage(image, 0, 0)
}
