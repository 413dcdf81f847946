import { type RefObject, useEffect, useRef, useState } from 'react'
import { imagePreview } from '../../../capture/image-preview.ts'
import { isShownMirrored, type Source } from '../../session/session-state.ts'
import { isolatedName, shownName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { followPlayer } from '../timeline/playing.ts'
import styles from './Preview.module.css'
import { words } from './words.ts'

type FileSource = Extract<Source, { readonly kind: 'file' }>

/** A file that plays once, a still image, or the newest frame that was read of a file that this browser cannot play. */
export function FilePreview({ source }: { readonly source: FileSource }) {
  const [hasPicture, setHasPicture] = useState(true)
  const { file } = source
  const isImage = file.type.startsWith('image/')
  // The browser would log an error for an empty file.
  if (file.size === 0) return null
  if (!hasPicture) return <NewestFrame name={source.name} />
  const onNoPicture = () => setHasPicture(false)
  return isImage ? (
    <ImagePreview source={source} onNoPicture={onNoPicture} />
  ) : (
    <FilePlayer source={source} onNoPicture={onNoPicture} />
  )
}

interface PlayerProps {
  readonly source: FileSource
  /** Called when this browser cannot show the file. */
  readonly onNoPicture: () => void
}

/**
 * Played and sought from the timeline, which only reviews; what is said follows where that decides. At its end it stays:
 * a short WebM that began again by itself could stop WebKitGTK's page for good, within GStreamer.
 */
function FilePlayer({ source, onNoPicture }: PlayerProps) {
  const page = usePage()
  const video = useRef<HTMLVideoElement>(null)
  const { url, name } = source
  usePlayer(video)

  // biome-ignore lint/correctness/useExhaustiveDependencies: each video starts anew
  useEffect(() => {
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) play(video.current)
  }, [url])

  return (
    <video
      ref={video}
      className={styles.video}
      src={url}
      aria-label={shownName(name)}
      preload="auto"
      muted
      playsInline
      onTimeUpdate={({ currentTarget }) => followPlayer(page, currentTarget.currentTime)}
      onError={onNoPicture}
      // A browser that cannot decode the picture may still play the sound.
      onLoadedMetadata={({ currentTarget }) => currentTarget.videoWidth === 0 && onNoPicture()}
    />
  )
}

/** An image file: its first picture, drawn at a size that fits a page. */
function ImagePreview({ source: { file, name }, onNoPicture }: PlayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the file that is drawn, once
  useEffect(() => {
    let isGone = false
    imagePreview(file)
      .then((image) => {
        const element = canvas.current
        if (!isGone && element) {
          element.width = image.width
          element.height = image.height
          element.getContext('2d')?.drawImage(image, 0, 0)
        }
        image.close()
      })
      .catch(() => isGone || onNoPicture())
    return () => {
      isGone = true
    }
  }, [file])
  return <canvas ref={canvas} className={styles.video} role="img" aria-label={shownName(name)} />
}

/** In place of a preview: the reading has its own decoders and may read files that the browser cannot play. */
function NewestFrame({ name }: { readonly name: string }) {
  const { store } = usePage().session
  const image = useStore(store, (state) => state.frames.at(-1)?.image)
  const isRead = useStore(store, (state) => state.clip !== undefined && state.run.state !== 'failed')
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const element = canvas.current
    if (!element || !image || image.width === 0) return
    element.width = image.width
    element.height = image.height
    element.getContext('2d')?.drawImage(image, 0, 0)
  }, [image])
  return (
    <div className={styles.place}>
      <canvas
        ref={canvas}
        className={styles.video}
        hidden={!image}
        role="img"
        aria-label={words.newestFrameOf(isolatedName(name))}
      />
      <p className={styles.note} data-alone={!image || undefined}>
        {image ? words.cannotShowNewest : cannotShow(isRead)}
      </p>
    </div>
  )
}

function cannotShow(isRead: boolean): string {
  return isRead ? `${words.cannotShow} ${words.readAllTheSame}` : words.cannotShow
}

/** A camera, mirrored if the settings say so, or a screen. */
export function LivePreview({ source }: { readonly source: Extract<Source, { readonly stream: MediaStream }> }) {
  const { store } = usePage().session
  const isMirrored = useStore(store, ({ settings }) => isShownMirrored(source, settings))
  const video = useRef<HTMLVideoElement>(null)
  const { stream, name } = source
  usePlayer(video)
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.srcObject = stream
    play(element)
    return () => {
      element.srcObject = null
    }
  }, [stream])
  return (
    <video
      ref={video}
      className={styles.video}
      data-mirrored={isMirrored || undefined}
      aria-label={shownName(name)}
      muted
      playsInline
      autoPlay
    />
  )
}

/** The last picture of what is captured no more. */
export function StoppedPreview({ source }: { readonly source: Extract<Source, { readonly kind: 'stopped' }> }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { picture, isMirrored, name } = source
  useEffect(() => {
    const element = canvas.current
    if (!element || !picture || picture.width === 0) return
    element.width = picture.width
    element.height = picture.height
    element.getContext('2d')?.drawImage(picture, 0, 0)
  }, [picture])
  return (
    <canvas
      ref={canvas}
      className={styles.video}
      data-mirrored={isMirrored || undefined}
      role="img"
      aria-label={words.lastPictureOf(shownName(name))}
    />
  )
}

/** The canvas that is captured, and not a video of it: changes show at once. */
export function DrawnPreview({ source }: { readonly source: Extract<Source, { readonly kind: 'drawn' }> }) {
  const place = useRef<HTMLDivElement>(null)
  const { canvas, name } = source
  useEffect(() => {
    canvas.className = styles.video
    canvas.setAttribute('role', 'img')
    canvas.setAttribute('aria-label', name)
    place.current?.replaceChildren(canvas)
    return () => canvas.remove()
  }, [canvas, name])
  return <div ref={place} className={styles.place} />
}

/** Tells the page of the element that plays the source. */
function usePlayer(video: RefObject<HTMLVideoElement | null>): void {
  const { view } = usePage()
  useEffect(() => {
    view.update({ player: video.current ?? undefined })
    return () => view.update({ player: undefined })
  }, [view, video])
}

/** A browser that refuses to play by itself shows the first frame; the timeline's button plays it. */
function play(video: HTMLVideoElement | null): void {
  video?.play().catch(() => undefined)
}
