import { useEffect, useRef } from 'react'
import { imagePreview } from '../../capture/image-preview.ts'
import type { Source } from '../session-state.ts'
import { useStore } from '../store.ts'
import { usePage } from '../view.ts'
import styles from './Preview.module.css'

/** Someone who drags along the line passes many places; the reading goes on from the last. */
const settleMs = 300

/** A file, playing by itself in a loop; going elsewhere in it makes the reading go on from there. */
export function FilePreview({ source }: { readonly source: Extract<Source, { readonly kind: 'file' }> }) {
  const { actions } = usePage().session
  const video = useRef<HTMLVideoElement>(null)
  const isLooping = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const { url, name, file } = source

  // biome-ignore lint/correctness/useExhaustiveDependencies: each video starts anew
  useEffect(() => {
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) play(video.current)
    return () => clearTimeout(timer.current)
  }, [url])

  // Not the loop attribute: the browser's own jump to the start could not be told from a person's.
  const onEnded = () => {
    if (!video.current) return
    isLooping.current = true
    video.current.currentTime = 0
    play(video.current)
  }
  const onSeeked = () => {
    if (isLooping.current) {
      isLooping.current = false
      return
    }
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      if (video.current) void actions.seek(video.current.currentTime)
    }, settleMs)
  }

  if (isAnimatedImage(file)) return <ImagePreview file={file} name={name} />
  // Of an empty file the browser would only complain.
  if (file.size === 0) return null
  return (
    <video
      ref={video}
      className={styles.video}
      src={url}
      aria-label={name}
      controls
      preload="auto"
      muted
      playsInline
      onEnded={onEnded}
      onSeeked={onSeeked}
    />
  )
}

function isAnimatedImage({ type }: Blob): boolean {
  return type.startsWith('image/')
}

/** An animated image has no video element; its first picture stands for it, in the size of a page. */
function ImagePreview({ file, name }: { readonly file: Blob; readonly name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
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
      // What is wrong with the file is the reading's to tell.
      .catch(() => undefined)
    return () => {
      isGone = true
    }
  }, [file])
  return <canvas ref={canvas} className={styles.video} role="img" aria-label={name} />
}

/** A camera, as in a mirror where that is wished, or a screen. */
export function LivePreview({ source }: { readonly source: Extract<Source, { readonly stream: MediaStream }> }) {
  const { store } = usePage().session
  const isMirrorWished = useStore(store, (state) => state.settings.isMirrored)
  const video = useRef<HTMLVideoElement>(null)
  const { stream, name } = source
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.srcObject = stream
    play(element)
    return () => {
      element.srcObject = null
    }
  }, [stream])
  const isMirrored = source.kind === 'camera' && source.isMirrored && isMirrorWished
  return (
    <video
      ref={video}
      className={styles.video}
      data-mirrored={isMirrored || undefined}
      aria-label={name}
      muted
      playsInline
      autoPlay
    />
  )
}

/** The very canvas that is captured: it shows a change at once. */
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

/** A browser that refuses to play by itself shows the first frame and its controls. */
function play(video: HTMLVideoElement | null): void {
  video?.play().catch(() => undefined)
}
