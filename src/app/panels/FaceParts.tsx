import { type ComponentProps, type ComponentType, lazy, Suspense } from 'react'
import { useStore } from '../store.ts'
import { usePage } from '../view.ts'
import styles from './FaceParts.module.css'

const load = () => import('./faces/index.ts')

type Parts = Awaited<ReturnType<typeof load>>

/** A part that comes with its chunk. Where that cannot be had the page goes on without it, and the panel says so. */
function part<Name extends keyof Parts>(name: Name, Missing: ComponentType = () => null) {
  type Part = ComponentType<ComponentProps<Parts[Name]>>
  return lazy(() =>
    load().then(
      (parts) => ({ default: parts[name] as Part }),
      () => ({ default: Missing as Part }),
    ),
  )
}

function NotLoaded() {
  return <p>The page’s part for faces could not be loaded. Check the connection and reload the page.</p>
}

const [Overlay, Panel, Share, Choices] = [
  part('FacesOverlay'),
  part('FacesPanel', NotLoaded),
  part('MeasuredShare'),
  part('FaceSettings', NotLoaded),
]

/** Outlines over the picture, once faces are followed. */
export function FacesOverlay() {
  const source = useFollowed()
  return (
    source && (
      <Suspense fallback={null}>
        <Overlay source={source} />
      </Suspense>
    )
  )
}

/** Who is followed and what is measured; its room is kept while its chunk is on the way. */
export function FacesPanel() {
  const { store } = usePage().session
  const source = useStore(store, (state) => (state.faces.status.state === 'off' ? undefined : state.source))
  const isFailed = useStore(store, ({ faces }) => faces.status.state === 'failed')
  return (
    source && (
      <div className={styles.panel} data-failed={isFailed || undefined}>
        <Suspense fallback={null}>
          <Panel source={source} />
        </Suspense>
      </div>
    )
  )
}

/** A unit as it was measured, beside what a closed question gave for it. */
export function MeasuredShare({ unit }: Pick<ComponentProps<Parts['MeasuredShare']>, 'unit'>) {
  const source = useFollowed()
  return (
    source && (
      <Suspense fallback={null}>
        <Share source={source} unit={unit} />
      </Suspense>
    )
  )
}

/** Says what stands below the probabilities. */
export function MeasuredNote() {
  return useFollowed() && ', and below each as it was measured'
}

export function FaceSettings() {
  return (
    <Suspense fallback={<div className={styles.settings} />}>
      <Choices />
    </Suspense>
  )
}

/** The source in which faces are followed; undefined where they are not. */
function useFollowed() {
  const { store } = usePage().session
  return useStore(store, ({ source, faces: { status } }) =>
    status.state === 'off' || status.state === 'failed' ? undefined : source,
  )
}
