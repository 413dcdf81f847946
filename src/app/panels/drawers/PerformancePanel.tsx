import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { SwitchField } from '../../controls/Fields.tsx'
import { formatBytes, formatWhole } from '../../format.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { figureRows } from '../stage/Hud.tsx'
import styles from './Panels.module.css'

/** Speed and memory of readings on this device. */
export function PerformancePanel() {
  const { store, actions } = usePage().session
  const figures = useStore(store, (state) => state.figures)
  const isHudShown = useStore(store, (state) => state.settings.isHudShown)
  const { device } = figures
  return (
    <>
      <Group>
        <SwitchField
          label="Show figures on the video"
          isOn={isHudShown}
          onChange={(isOn) => actions.changeSettings({ isHudShown: isOn })}
        >
          Also with the key H.
        </SwitchField>
      </Group>
      <Group title="Figures">
        <Facts>
          {figureRows(figures).map(({ term, value }) => (
            <Fact key={term} term={term}>
              {value}
            </Fact>
          ))}
        </Facts>
        <p className={styles.note}>Means over the last few updates.</p>
      </Group>
      {device && (
        <Group title="Since the device was opened">
          <Facts>
            <Fact term="Read back from the GPU">{formatBytes(device.readBackBytes)}</Fact>
            <Fact term="Dispatches">{formatWhole(device.dispatches)}</Fact>
            <Fact term="Submissions">{formatWhole(device.submits)}</Fact>
          </Facts>
        </Group>
      )}
    </>
  )
}
