import { useEffect, useRef } from 'react'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Twin.module.css'
import { words } from './words.ts'

/** What the model is shown in place of the face, as an inset: the newest frame of the reading. */
export function Twin() {
  const { store } = usePage().session
  const isShown = useStore(store, ({ settings }) => settings.faces.isTwinShown)
  const image = useStore(store, ({ frames }) => {
    const newest = frames.at(-1)
    return newest?.view === 'twin' ? newest.image : undefined
  })
  const canvas = useRef<HTMLCanvasElement>(null)
  const isVisible = isShown && image !== undefined
  useEffect(() => {
    const element = canvas.current
    // A bitmap that was closed meanwhile has no size.
    if (!element || !isVisible || image.width === 0) return
    element.width = image.width
    element.height = image.height
    element.getContext('2d')?.drawImage(image, 0, 0)
  }, [image, isVisible])
  if (!isVisible) return null
  return <canvas ref={canvas} className={styles.twin} role="img" aria-label={words.twinPicture} />
}
