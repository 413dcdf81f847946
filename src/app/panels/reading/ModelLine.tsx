import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { View } from '../../../affect/view.ts'
import type { Manifest } from '../../../manifest/manifest.ts'
import { isDrawn, isPlaceholder, readsDrawnFaces } from '../../model-kind.ts'
import type { Source } from '../../session/session-state.ts'
import { isolatedName } from '../../shown-name.ts'
import { viewOf } from '../../shown-view.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './ModelLine.module.css'
import { words } from './words.ts'

/** Who reads, and what it is shown: one quiet line, with what that means on a press. */
export function ModelLine() {
  const page = usePage()
  const { store } = page.session
  const bundle = useStore(store, (state) => state.bundle)
  const source = useStore(store, (state) => state.source)
  const shownAs = useStore(store, viewOf)
  if (!bundle) return <p className={styles.line} />
  const { manifest } = bundle
  return (
    <div className={styles.line}>
      <span className={styles.text}>{lineOf(manifest, isolatedName(bundle.name), shownAs)}</span>
      <DialogTrigger>
        <Button className={styles.info} aria-label={words.about}>
          <span aria-hidden="true">i</span>
        </Button>
        <Popover className={styles.popover} placement="bottom start">
          <Dialog className={styles.dialog} aria-label={words.about}>
            <p>{aboutOf(manifest, source, shownAs)}</p>
            <p>{words.aboutNumbers}</p>
            {readsDrawnFaces(manifest) && (
              <Button slot="close" className={styles.get} onPress={() => page.view.update({ panel: 'model' })}>
                {words.getVidEmo}
              </Button>
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </div>
  )
}

function lineOf(manifest: Manifest, name: string, view: View): string {
  if (isPlaceholder(manifest)) return words.standIn
  if (readsDrawnFaces(manifest)) return view === 'twin' ? words.throughTwin : words.smallModel
  return words.modelReads(name, view)
}

function aboutOf(manifest: Manifest, source: Source | undefined, view: View): string {
  if (isPlaceholder(manifest)) return words.aboutStandIn
  if (!readsDrawnFaces(manifest)) return words.aboutView[view]
  if (view === 'twin') return words.aboutTwin
  return source && !isDrawn(source) && source.kind !== 'stopped' ? words.aboutDrawingsOnly : words.aboutDrawn
}
