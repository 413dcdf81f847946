import { useMemo } from 'react'
import { actionUnitNames } from '../../../affect/labels.ts'
import { wholePicture } from '../../../affect/track.ts'
import type { PersonNode } from '../../../affect/tree.ts'
import { Button } from '../../controls/Button.tsx'
import { appearsText, emotionHue } from '../../emotion-hue.ts'
import { faceName, formatLabel, formatSpan, formatTime } from '../../format.ts'
import { isActive } from '../../run-text.ts'
import { latestNamed, showReading, useRecorded } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'
import { LiveNow } from './LiveNow.tsx'
import styles from './NowPanel.module.css'

/** The figures change at most this often, so that they do not flicker. */
const showEveryMs = 250

/** The emotion that the face appears to show: the probability of each, or the one that was named last. */
export function NowPanel() {
  const page = usePage()
  const { store } = page.session
  const current = useThrottled(store, (state) => state.current, showEveryMs)
  const recording = useStore(store, (state) => state.recording)
  const run = useStore(store, (state) => state.run)
  const probes = useThrottled(store, (state) => state.probes, showEveryMs)
  const shownTrack = useStore(store, (state) => state.shownTrack)
  const areProbesOn = useStore(store, (state) => state.settings.probes.isOn)
  const recorded = useRecorded()
  const track = recorded?.track ?? shownTrack
  const latest = useMemo(() => latestNamed({ current, recording, shownTrack }), [current, recording, shownTrack])
  const named = recorded ? { tree: recorded.tree, span: [recorded.startS, recorded.endS] as const } : latest
  const persons = named?.tree.persons.filter(({ emotions }) => emotions.length > 0) ?? []
  const probedAtS = recorded || !areProbesOn ? undefined : probes.emotion?.at(-1)?.timeS
  const willStart = useStore(store, () => page.session.willStartByItself)
  const hasAnswer = recorded !== undefined || current?.answers.emotion.state === 'done'
  const isFirst = recording.length === 0 && persons.length === 0 && !hasAnswer
  // Room for the bars is kept from the start, so that nothing below moves when they come.
  const isAwaited = isFirst && areProbesOn && (isActive(run) || willStart)
  return (
    <section className={styles.panel} aria-labelledby="now-title">
      <div className={styles.head}>
        <h2 id="now-title" className={styles.title}>
          {recorded ? 'Earlier reading' : 'Now'}
          {track !== wholePicture && `: ${faceName(track)}`}
        </h2>
        {probedAtS !== undefined ? (
          <p className={styles.span}>read at {formatTime(probedAtS)}</p>
        ) : (
          persons.length > 0 &&
          named?.span && <p className={styles.span}>read from {formatSpan(named.span[0], named.span[1])}</p>
        )}
        {recorded && (
          <Button kind="quiet" className={styles.back} onClick={() => showReading(page, undefined)}>
            Back to the newest
          </Button>
        )}
      </div>
      {probedAtS !== undefined || isAwaited ? (
        <LiveNow probes={probes} />
      ) : persons.length > 0 ? (
        <ul className={styles.persons}>
          {persons.map((person) => (
            <li key={person.name}>
              <Person person={person} isAlone={persons.length === 1} />
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.none}>
          {hasAnswer
            ? 'The answer names no emotion.'
            : isActive(run)
              ? 'The first reading is on its way.'
              : 'What the face appears to express stands here.'}
        </p>
      )}
    </section>
  )
}

function Person({ person, isAlone }: { readonly person: PersonNode; readonly isAlone: boolean }) {
  const [top, ...others] = person.emotions
  const cues = [...new Set(top?.evidence.map(({ text }) => text))]
  const units = [...new Set(person.expressions.flatMap(({ actionUnits }) => actionUnits))].sort(
    (a, b) => Number(a.slice(2)) - Number(b.slice(2)),
  )
  if (!top) return null
  return (
    <div className={styles.person}>
      {!isAlone && <p className={styles.name}>{person.name}</p>}
      <p className={styles.emotion} data-hue={emotionHue(top.label)} data-small={!isAlone || undefined}>
        {appearsText(top.label)}
      </p>
      {(others.length > 0 || cues.length > 0) && (
        <p className={styles.cues}>
          {others.length > 0 && `Also ${others.map(({ label }) => formatLabel(label)).join(', ')}. `}
          {cues.length > 0 && `Cues: ${cues.join(', ')}.`}
        </p>
      )}
      {units.length > 0 && (
        <ul className={styles.units} aria-label="Action units">
          {units.map((unit) => (
            <li key={unit} className={styles.unit}>
              <span className={styles.code}>{unit}</span> {actionUnitNames[unit]}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
