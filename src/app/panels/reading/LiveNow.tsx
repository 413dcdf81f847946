import { type CSSProperties, type ReactNode, useMemo } from 'react'
import type { ClosedQuestion } from '../../../affect/closed-questions.ts'
import { actionUnitNames, actionUnits, dfewEmotions } from '../../../affect/labels.ts'
import { liveProbes, topOptions } from '../../../affect/probes/probe-set.ts'
import { type ProbePoint, smoothed, smoothingS } from '../../../affect/probes/smoothing.ts'
import { derivedPoint, valenceArousalSource } from '../../../affect/probes/valence-arousal.ts'
import type { ProbeHistory } from '../../../reading/probe-history.ts'
import { isLearnt } from '../../../reading/probes.ts'
import { appearsText, emotionHue } from '../../emotion-hue.ts'
import { formatLabel, formatProbability, formatSigned } from '../../format.ts'
import { ribbonS } from '../../probes.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { MeasuredNote, MeasuredShare } from '../FaceParts.tsx'
import styles from './LiveNow.module.css'
import { Ribbons } from './Ribbons.tsx'

/** Probabilities of the options of closed questions; empty bars before the first answer, so that nothing moves later. */
export function LiveNow({ probes }: { readonly probes: ProbeHistory }) {
  const { store, actions } = usePage().session
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
  const top = newest && topOptions(dfewEmotions, newest.probabilities)
  const sentiment = topOf(sentimentOptions, lines.sentiment)
  const isLess = !liveProbes.filter(({ options }) => options.length === 2).every(isLearnt(settings, { calibration }))
  return (
    <>
      <div className={styles.top}>
        <div className={styles.said}>
          {top ? (
            <>
              <p className={styles.emotion} data-hue={emotionHue(top.first.label)}>
                <span>{appearsText(top.first.label)}</span>{' '}
                <span className={styles.probability}>{formatProbability(top.first.probability)}</span>
              </p>
              <p className={styles.quiet}>
                then {formatLabel(top.second.label)} {formatProbability(top.second.probability)}
                {sentiment && (
                  <>
                    {' · '}sentiment {sentiment.label} {formatProbability(sentiment.probability)}
                  </>
                )}
              </p>
            </>
          ) : (
            <p className={styles.waiting}>The first reading is on its way.</p>
          )}
        </div>
        <Point probabilities={newest?.probabilities} />
      </div>
      <div>
        <Ribbons caption="How likely each emotion appears" labels={dfewEmotions} points={emotions} />
        <p className={styles.axis} aria-hidden="true">
          <span>{ribbonS} s ago</span>
          <span>now</span>
        </p>
      </div>
      <Chips title="Action units" note={<MeasuredNote />} questions={unitQuestions} lines={lines} />
      <Chips title="Actions and looks" questions={otherQuestions} lines={lines} />
      <p className={styles.note} data-waiting={!top || undefined}>
        <span>
          {isSmoothed ? `Smoothed over ${smoothingS} s of video` : 'As it was read'}
          {hasBundle && `, ${calibration ? `calibrated on ${calibration.clips.count} drawn clips` : 'not calibrated'}`}.
          {hasBundle &&
            isLess &&
            ' Yes-or-no questions are not asked: this model has not learnt them; its text tells action units.'}
        </span>
        <button
          type="button"
          className={styles.toggle}
          aria-pressed={isSmoothed}
          onClick={() => actions.changeSettings({ probes: { ...settings, isSmoothed: !isSmoothed } })}
        >
          Smooth
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
              {unit && <span className={styles.code}>{unit}</span>}{' '}
              <span className={unit && styles.unitName}>{unit ? actionUnitNames[unit] : formatLabel(id)}</span>{' '}
              <span className={styles.share}>{yes === undefined ? '–' : formatProbability(yes)}</span>
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
        <span className={styles.pair}>Valence {point ? formatSigned(point.valence) : '–'}</span>
        <span className={styles.pair}>Arousal {point ? formatSigned(point.arousal) : '–'}</span>
        <span className={styles.derived} title={`From the probabilities, by the ratings of ${valenceArousalSource}`}>
          derived
          <span className="unseen"> from the probabilities, by the ratings of {valenceArousalSource}</span>
        </span>
      </figcaption>
    </figure>
  )
}
