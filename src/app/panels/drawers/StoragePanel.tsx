import { exporters } from '../../../reading/exporters/index.ts'
import { actionOf, runAction } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { formatBytes, formatWhole } from '../../format.ts'
import { placedName } from '../../model-kind.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { actionWords } from '../../words/actions.ts'
import { StoredModels } from '../model/StoredModels.tsx'
import styles from './Panels.module.css'
import { words } from './words.ts'

const { storage } = words

/** What is stored, where, and how to delete it. */
export function StoragePanel() {
  const page = usePage()
  const { store } = page.session
  const bundle = useStore(store, (state) => state.bundle)
  const recording = useStore(store, (state) => state.recording)
  const bytes = bundle?.manifest.files.reduce((sum, file) => sum + file.bytes, 0) ?? 0
  const pictures = recording.reduce(
    (sum, { frames }) => sum + frames.reduce((inner, { thumbnail }) => inner + (thumbnail?.size ?? 0), 0),
    0,
  )
  const canErase = useStore(store, actionOf('erase').isEnabled)
  return (
    <>
      <Group title={storage.model}>
        <Facts>
          <Fact term={storage.inUse}>
            {bundle
              ? storage.named(placedName(bundle.source, isolatedName(bundle.name)), formatBytes(bytes))
              : storage.none}
          </Fact>
          {bundle && <Fact term={storage.keptIn}>{storage.stores[bundle.store]}</Fact>}
        </Facts>
      </Group>
      <StoredModels />
      <Group title={storage.readings}>
        <Facts>
          <Fact term={storage.readings}>{formatWhole(recording.length)}</Fact>
          <Fact term={storage.thumbnails}>{formatBytes(pictures)}</Fact>
          <Fact term={storage.keptIn}>{storage.readingsKept}</Fact>
        </Facts>
        <div className={styles.actions}>
          <Button disabled={recording.length === 0} onClick={() => runAction(page, actionOf('download'))}>
            {storage.download(exporters[0].title)}
          </Button>
          <Button disabled={!canErase} onClick={() => runAction(page, actionOf('erase'))}>
            {actionWords.erase}
          </Button>
        </div>
      </Group>
    </>
  )
}
