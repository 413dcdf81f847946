import type { View } from '../../../affect/view.ts'
import { Group } from '../../controls/Facts.tsx'
import { SelectField, SwitchField } from '../../controls/Fields.tsx'
import type { Settings } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from '../drawers/Panels.module.css'

type ViewSetting = Settings['faces']['view']

const viewChoices = [
  { id: 'automatic', title: 'Automatic' },
  { id: 'face', title: 'The face' },
  { id: 'twin', title: 'A drawn twin' },
  { id: 'picture', title: 'The whole picture' },
] as const satisfies readonly { readonly id: ViewSetting; readonly title: string }[]

const viewNotes: Readonly<Record<View | 'automatic', string>> = {
  automatic:
    'A model that reads real faces is shown the followed face, one that reads drawings a drawn twin of it; where no face is found, the whole picture.',
  face: 'The followed face is cut out of the picture with some space around it and fills the model’s frame, however far away it is.',
  twin: 'A drawn face moves as the followed face does, and the model reads the drawing. Its hair and skin say nothing of the person, so attributes are not asked.',
  picture: 'The model is shown the picture as it is, with everybody in it.',
}

const whoChoices = [
  { id: 'chosen', title: 'The chosen face' },
  { id: 'all', title: 'All faces, in turn' },
] as const satisfies readonly { readonly id: Settings['faces']['who']; readonly title: string }[]

const whoNotes: Readonly<Record<Settings['faces']['who'], string>> = {
  chosen: 'The others are measured, but not read.',
  all: 'Each face has readings of its own; with every face they take longer.',
}

/** What the model is shown of a face, and what is drawn over the picture. */
export function FaceSettings() {
  const { store, actions } = usePage().session
  const faces = useStore(store, (state) => state.settings.faces)
  const change = (part: Partial<Settings['faces']>) => actions.changeSettings({ faces: { ...faces, ...part } })
  return (
    <Group title="Faces">
      <SwitchField label="Follow and measure faces" isOn={faces.isOn} onChange={(isOn) => change({ isOn })}>
        From the next source on. Without it the whole picture is read, which leaves a slow device more time.
      </SwitchField>
      <SelectField
        label="What the model is shown"
        value={faces.view}
        options={viewChoices}
        onChange={(id) => change({ view: viewChoices.find((each) => each.id === id)?.id ?? 'automatic' })}
      />
      <p className={styles.note}>{viewNotes[faces.view]}</p>
      <SelectField
        label="Who is read"
        value={faces.who}
        options={whoChoices}
        onChange={(id) => change({ who: whoChoices.find((each) => each.id === id)?.id ?? 'chosen' })}
      />
      <p className={styles.note}>{whoNotes[faces.who]}</p>
      <SwitchField
        label="Look for small faces"
        isOn={faces.areSmallSought}
        onChange={(areSmallSought) => change({ areSmallSought })}
      >
        Faces that are far away are looked for in parts of the picture as well, which costs more time. Of a file, what
        is measured already stays as it is until the file is opened again.
      </SwitchField>
      <SwitchField
        label="Clue-guided: name what was measured"
        isOn={faces.withClues}
        onChange={(withClues) => change({ withClues })}
      >
        The question for the emotion names the movements that were measured. The answer then no longer stands apart from
        them.
      </SwitchField>
      <SwitchField
        label="Outlines and numbers on the picture"
        isOn={faces.areOutlinesShown}
        onChange={(areOutlinesShown) => change({ areOutlinesShown })}
      />
      <SwitchField
        label="Mesh on the face"
        isOn={faces.isMeshShown}
        onChange={(isMeshShown) => change({ isMeshShown })}
      >
        The points that movement is measured from. They are held in memory only, and forgotten with the next frame.
      </SwitchField>
    </Group>
  )
}
