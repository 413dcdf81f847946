import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { SwitchField } from '../../controls/Fields.tsx'
import { figureRows } from '../../figure-rows.ts'
import { formatBytes, formatMs, formatRate, formatWhole } from '../../format.ts'
import { stagesOf } from '../../presets.ts'
import type { SessionState } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Panels.module.css'
import { words } from './words.ts'

const { performance } = words

/** Speed and memory of readings on this device. */
export function PerformancePanel() {
  const { store, actions } = usePage().session
  const figures = useStore(store, (state) => state.figures)
  const current = useStore(store, (state) => state.current)
  const settings = useStore(store, (state) => state.settings)
  const { device } = figures
  return (
    <>
      <Group>
        <SwitchField
          label={performance.figuresOnVideo}
          isOn={settings.isHudShown}
          onChange={(isOn) => actions.changeSettings({ isHudShown: isOn })}
        >
          {performance.figuresOnVideoNote}
        </SwitchField>
      </Group>
      <Group title={performance.speed}>
        <Facts>
          {figureRows(figures).map(({ term, value }) => (
            <Fact key={term} term={term}>
              {value}
            </Fact>
          ))}
        </Facts>
        <p className={styles.note}>{performance.means}</p>
      </Group>
      {current && (
        <Group title={performance.stages}>
          <Facts>
            {stagesOf(settings).map(({ id, title }) => (
              <Fact key={id} term={title}>
                {stageText(current.answers[id])}
              </Fact>
            ))}
          </Facts>
        </Group>
      )}
      {device && (
        <Group title={performance.sinceOpened}>
          <Facts>
            <Fact term={performance.readBack}>{formatBytes(device.readBackBytes)}</Fact>
            <Fact term={performance.dispatches}>{formatWhole(device.dispatches)}</Fact>
            <Fact term={performance.submissions}>{formatWhole(device.submits)}</Fact>
          </Facts>
        </Group>
      )}
    </>
  )
}

type Answer = NonNullable<SessionState['current']>['answers']['emotion']

/** `first token 840 ms · 31 tok/s · 120 tokens`, as far as it is known. */
function stageText({ firstTokenMs, figures, isReused }: Answer): string {
  if (isReused) return performance.kept
  const parts: string[] = []
  if (firstTokenMs !== undefined) parts.push(performance.firstToken(formatMs(firstTokenMs)))
  if (figures) {
    const { answerTokens, decodeMs } = figures
    if (answerTokens > 1 && decodeMs > 0) parts.push(formatRate(((answerTokens - 1) / decodeMs) * 1000))
    parts.push(performance.tokens(formatWhole(answerTokens)))
  }
  return parts.length > 0 ? parts.join(' · ') : performance.notAsked
}
