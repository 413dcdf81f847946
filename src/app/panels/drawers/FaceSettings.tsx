import { Group } from '../../controls/Facts.tsx'
import { SelectField, SwitchField } from '../../controls/Fields.tsx'
import type { Settings } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Panels.module.css'
import { words } from './words.ts'

type ViewSetting = Settings['faces']['view']

const { faces: face } = words.settings

const viewChoices = (['automatic', 'face', 'twin', 'picture'] as const satisfies readonly ViewSetting[]).map((id) => ({
  id,
  title: face.views[id],
}))

const whoChoices = (['chosen', 'all'] as const satisfies readonly Settings['faces']['who'][]).map((id) => ({
  id,
  title: face.whos[id],
}))

/** Who is followed and read, and what the model is shown of a face. */
export function FaceSettings() {
  const { store, actions } = usePage().session
  const faces = useStore(store, (state) => state.settings.faces)
  const change = (part: Partial<Settings['faces']>) => actions.changeSettings({ faces: { ...faces, ...part } })
  return (
    <Group title={face.title}>
      <SwitchField label={face.follow} isOn={faces.isOn} onChange={(isOn) => change({ isOn })}>
        {face.followNote}
      </SwitchField>
      <SelectField
        label={face.view}
        value={faces.view}
        options={viewChoices}
        onChange={(id) => change({ view: viewChoices.find((each) => each.id === id)?.id ?? 'automatic' })}
      />
      <p className={styles.note}>{face.viewNotes[faces.view]}</p>
      <SelectField
        label={face.who}
        value={faces.who}
        options={whoChoices}
        onChange={(id) => change({ who: whoChoices.find((each) => each.id === id)?.id ?? 'chosen' })}
      />
      <p className={styles.note}>{face.whoNotes[faces.who]}</p>
      <SwitchField
        label={face.small}
        isOn={faces.areSmallSought}
        onChange={(areSmallSought) => change({ areSmallSought })}
      >
        {face.smallNote}
      </SwitchField>
      <SwitchField label={face.clues} isOn={faces.withClues} onChange={(withClues) => change({ withClues })}>
        {face.cluesNote}
      </SwitchField>
    </Group>
  )
}
