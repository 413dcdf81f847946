import { exporters } from '../../../reading/exporters/index.ts'
import { actionOf, runAction } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { formatBytes, formatWhole } from '../../format.ts'
import { placedName } from '../../model-kind.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { StoredModels } from '../model/StoredModels.tsx'
import styles from './Panels.module.css'

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
      <Group title="Model">
        <Facts>
          <Fact term="In use">
            {bundle ? `${placedName(bundle.source, isolatedName(bundle.name))}, ${formatBytes(bytes)}` : 'none'}
          </Fact>
          {bundle && (
            <Fact term="Kept in">
              {
                {
                  opfs: 'this browser’s storage; it loads from there next time',
                  memory: 'memory only: the browser offered no storage, so it is fetched again next time',
                  folder: 'your folder; choose it again next time',
                }[bundle.store]
              }
            </Fact>
          )}
        </Facts>
      </Group>
      <StoredModels />
      <Group title="Readings">
        <Facts>
          <Fact term="Readings">{formatWhole(recording.length)}</Fact>
          <Fact term="Small pictures of frames">{formatBytes(pictures)}</Fact>
          <Fact term="Kept in">memory, until you erase them or close the page</Fact>
        </Facts>
        <div className={styles.actions}>
          <Button disabled={recording.length === 0} onClick={() => runAction(page, actionOf('download'))}>
            Download ({exporters[0].title})
          </Button>
          <Button disabled={!canErase} onClick={() => runAction(page, actionOf('erase'))}>
            Erase everything …
          </Button>
        </div>
      </Group>
    </>
  )
}
