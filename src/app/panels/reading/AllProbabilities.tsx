import { type CSSProperties, type ReactNode, useMemo } from 'react'
import type { ClosedQuestion } from '../../../affect/closed-questions.ts'
import { actionUnits, dfewEmotions } from '../../../affect/labels.ts'
import { liveProbes, topOptions } from '../../../affect/probes/probe-set.ts'
import { type ProbePoint, smoothed, smoothingS } from '../../../affect/probes/smoothing.ts'
import { derivedPoint, valenceArousalSource } from '../../../affect/probes/valence-arousal.ts'
import type { ProbeAnswer, ProbeHistory } from '../../../reading/probe-history.ts'
import { isLearnt } from '../../../reading/probes.ts'
import { formatLabel, formatPercent, formatSigned } from '../../format.ts'
import { ribbonS } from '../../probes.ts'
import { useRecorded } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { unitText } from '../../unit-text.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'
import { MeasuredNote, MeasuredShare } from '../FaceParts.tsx'
import styles from './AllProbabilities.module.css'
import { Ribbons } from './Ribbons.tsx'
import { words } from './words.ts'

/** The figures change at most this often, so that they do not flicker. */
const showEveryMs = 250

/**
 * Probabilities of the options of closed questions, of the reading that is on show; empty bars before the first answer,
 * so that nothing moves later.
 */
export function AllProbabilities() {
  const { store, actions } = usePage().session
  const newestProbes = useThrottled(store, (state) => state.probes, showEveryMs)
  const recorded = useRecorded()
  const probes = useMemo(() => (recorded ? historyOf(recorded.probes) : newestProbes), [recorded, newestProbes])
  const settings = useStore(store, (state) => state.settings.probes)
  const calibration = useStore(store, (state) => state.bundle?.manifest.calibration)
  const hasBundle = useStore(store, (state) => state.bundle !== undefined)
  const { isSmoothed } = settings
  const lines = useMemo(() => {
    const overS = isSmoothed ? smoothingS : 0
    return Object.fromEntries(Object.entries(probes).map(([id, points]) => [id, smoothed(points, overS)]))
  }, [probes, isSmoothed])
  const emotions: readonly ProbePoint[] = lines.emotion ?? []
  const newest = emotions.at(-1)
  const sentiment = topOf(sentimentOptions, lines.sentiment)
  const isLess = !liveProbes.filter(({ options }) => options.length === 2).every(isLearnt(settings, { calibration }))
  if (!settings.isOn && !newest) return <p className={styles.note}>{words.probesOff}</p>
  return (
    <>
      <div>
        <Ribbons caption={words.ribbons} labels={dfewEmotions} points={emotions} />
        <p className={styles.axis} aria-hidden="true">
          <span>{words.agoS(ribbonS)}</span>
          <span>{words.nowAxis}</span>
        </p>
      </div>
      <Chips title={words.units} note={<MeasuredNote />} questions={unitQuestions} lines={lines} />
      <Chips title={words.actions} questions={otherQuestions} lines={lines} />
      <div className={styles.top}>
        <Point probabilities={newest?.probabilities} />
        {sentiment && <p className={styles.quiet}>{words.sentiment(sentiment.label, sentiment.probability)}</p>}
      </div>
      <p className={styles.note}>
        <span>
          {isSmoothed ? words.smoothedOver(smoothingS) : words.asRead}
          {hasBundle && `, ${calibration ? words.calibrated(calibration.clips.count) : words.notCalibrated}`}.
          {hasBundle && isLess && ` ${words.lessAsked}`}
        </span>
        <button
          type="button"
          className={styles.toggle}
          aria-pressed={isSmoothed}
          onClick={() => actions.changeSettings({ probes: { ...settings, isSmoothed: !isSmoothed } })}
        >
          {words.smooth}
        </button>
      </p>
    </>
  )
}

const unitQuestions = liveProbes.filter(({ about }) => about === 'unit')
const otherQuestions = liveProbes.filter(({ about }) => about === 'action' || about === 'appearance')
const sentimentOptions = liveProbes.find(({ id }) => id === 'sentiment')?.options ?? []

function topOf(options: readonly string[], line: readonly ProbePoint[] | undefined) {
  const newest = line?.at(-1)
  return newest && topOptions(options, newest.probabilities)?.first
}

/** What was asked since the reading before, by question. */
function historyOf(answers: readonly ProbeAnswer[]): ProbeHistory {
  return Object.fromEntries(Map.groupBy(answers, ({ id }) => id))
}

interface ChipsProps {
  readonly title: string
  readonly note?: ReactNode
  readonly questions: readonly ClosedQuestion[]
  readonly lines: ProbeHistory
}

/** Chips of at least this probability are highlighted. */
const likelyFrom = 0.5

/** Questions of yes or no, each in a fixed place: only the bars move. */
function Chips({ title, note, questions, lines }: ChipsProps) {
  if (!questions.some(({ id }) => lines[id])) return null
  return (
    <div>
      <h3 className={styles.title}>
        {title}
        {note}
      </h3>
      <ul className={styles.chips}>
        {questions.map(({ id }) => {
          const yes = lines[id]?.at(-1)?.probabilities[0]
          const unit = actionUnits.find((each) => each === id)
          return (
            <li
              key={id}
              className={styles.chip}
              data-likely={(yes !== undefined && yes >= likelyFrom) || undefined}
              style={{ '--share': yes ?? 0 } as CSSProperties}
            >
              <span className={styles.unitName}>{unit ? unitText(unit) : formatLabel(id)}</span>{' '}
              <span className={styles.share}>{yes === undefined ? words.none : formatPercent(yes)}</span>
              {unit && <MeasuredShare unit={unit} />}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** Where the emotions' probabilities lie between unpleasant and pleasant, calm and aroused. */
function Point({ probabilities }: { readonly probabilities: readonly number[] | undefined }) {
  const point = probabilities && derivedPoint(probabilities)
  return (
    <figure className={styles.point}>
      <svg viewBox="-1.1 -1.1 2.2 2.2" aria-hidden="true">
        <circle className={styles.plane} r="1.05" />
        <path className={styles.axes} d="M-1.05 0H1.05M0-1.05V1.05" />
        {point && <circle className={styles.dot} cx={point.valence} cy={-point.arousal} r="0.13" />}
      </svg>
      <figcaption>
        <span className={styles.pair}>{words.valence(point ? formatSigned(point.valence) : words.none)}</span>
        <span className={styles.pair}>{words.arousal(point ? formatSigned(point.arousal) : words.none)}</span>
        <span className={styles.derived} title={words.derivedBy(valenceArousalSource)}>
          {words.derived}
          <span className="unseen"> {words.derivedBy(valenceArousalSource)}</span>
        </span>
      </figcaption>
    </figure>
  )
}
