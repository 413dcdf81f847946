import { type ComponentProps, Suspense } from 'react'
import { lazyComponent } from '../lazy-component.tsx'
import { useStore } from '../store.ts'
import { usePage } from '../view.ts'
import { measuredNote } from '../words/values.ts'
import styles from './FaceParts.module.css'

const load = () => import('./faces/index.ts')

const nothing = () => null
const Overlay = lazyComponent(async () => (await load()).FacesOverlay, nothing)
const Panel = lazyComponent(async () => (await load()).FacesPanel)
const Share = lazyComponent(async () => (await load()).MeasuredShare, nothing)

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

/** Who is followed and what is measured; its room is kept from the moment a source is there. */
export function FacesPanel() {
  const { store } = usePage().session
  const source = useStore(store, (state) => state.source)
  const isWanted = useStore(store, ({ settings, faces }) => settings.faces.isOn || faces.status.state !== 'off')
  return (
    source &&
    isWanted && (
      <div className={styles.panel}>
        <Suspense fallback={null}>
          <Panel source={source} />
        </Suspense>
      </div>
    )
  )
}

/** A unit as it was measured, beside what a closed question gave for it. */
export function MeasuredShare({ unit }: Pick<ComponentProps<typeof Share>, 'unit'>) {
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
  return useFollowed() && measuredNote
}

/** The source in which faces are followed; undefined where they are not. */
function useFollowed() {
  const { store } = usePage().session
  return useStore(store, ({ source, faces: { status } }) =>
    status.state === 'off' || status.state === 'failed' ? undefined : source,
  )
}
