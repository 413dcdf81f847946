import type { CSSProperties } from 'react'
import { useState } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Name } from '../../controls/Name.tsx'
import { emotionHue } from '../../emotion-hue.ts'
import type { Absence, Headline, Row, Standing } from '../../headline.ts'
import { showReading } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { useHeadline } from '../../use-headline.ts'
import type { Verdict } from '../../verdict.ts'
import { usePage } from '../../view.ts'
import { ModelLine } from './ModelLine.tsx'
import styles from './Verdicts.module.css'
import { words } from './words.ts'

/** Rows that are in sight at once; more of them scroll. */
const mostRows = 4

/** One verdict for each person, or why there is none: the first thing that the page says. */
export function Verdicts() {
  const page = usePage()
  const headline = useHeadline()
  const isReviewed = useStore(page.view, ({ review }) => review !== undefined)
  const rows = headline.kind === 'rows' ? headline.rows : []
  const room = useRoom(rows.length)
  const isInTurn = useStore(page.session.store, ({ settings }) => settings.faces.who === 'all')
  const isScrolled = rows.length > mostRows
  return (
    <section className={styles.panel} aria-labelledby="now-title">
      <h2 id="now-title" className="unseen">
        {isReviewed ? words.earlier : words.now}
      </h2>
      <div
        className={styles.room}
        data-dense={room > 1 || undefined}
        style={{ '--rows': Math.min(room, mostRows) } as CSSProperties}
        {...(isScrolled ? { tabIndex: 0, role: 'region', 'aria-labelledby': 'now-title' } : {})}
      >
        {headline.kind === 'absent' ? (
          <Absent absence={headline.absence} />
        ) : (
          <ul className={styles.rows}>
            {rows.map((row, index) => (
              <Line
                // Several people of one track are told apart by their place.
                key={`${row.track}/${row.kind === 'verdict' ? (row.verdict.person ?? '') : ''}/${row.kind === 'verdict' && row.verdict.person ? index : ''}`}
                row={row}
                isTimed={(isInTurn && rows.length > 1) || headline.standing.kind === 'last'}
              />
            ))}
          </ul>
        )}
      </div>
      <div className={styles.foot}>
        <ModelLine />
        <p className={styles.standing}>
          <StandingText headline={headline} />
        </p>
        {isReviewed && (
          <Button kind="quiet" className={styles.back} onClick={() => showReading(page, undefined)}>
            {words.back}
          </Button>
        )}
      </div>
    </section>
  )
}

/** How many rows have had room in this source: it is kept, so that faces that come and go move nothing below. */
function useRoom(rows: number): number {
  const { store } = usePage().session
  const opened = useStore(store, (state) => state.opened)
  const [kept, setKept] = useState({ opened, rows: 1 })
  const now = kept.opened === opened ? Math.max(kept.rows, rows) : Math.max(1, rows)
  if (kept.opened !== opened || kept.rows !== now) setKept({ opened, rows: now })
  return now
}

function Line({ row, isTimed }: { readonly row: Row; readonly isTimed: boolean }) {
  const { track } = row
  const verdict = row.kind === 'verdict' ? row.verdict : undefined
  const number = words.faceNumber(track)
  return (
    <li className={styles.row} data-kind={row.kind} {...(verdict ? { 'data-hue': emotionHue(verdict.label) } : {})}>
      <span className={styles.mark} aria-hidden="true" />
      {number && (
        <span className={styles.number} aria-hidden="true">
          {number}
        </span>
      )}
      <div className={styles.said}>
        {number && <span className="unseen">{words.face(track)}</span>}
        {row.kind === 'verdict' ? (
          <VerdictText verdict={row.verdict} isTimed={isTimed} />
        ) : (
          <p className={styles.quiet}>{words.quietText(row)}</p>
        )}
      </div>
      {verdict?.share !== undefined && (
        <p className={styles.share}>
          <span className={styles.bar} style={{ '--share': verdict.share } as CSSProperties} aria-hidden="true" />
          <span className={styles.percent}>{words.percent(verdict.share)}</span>
        </p>
      )}
    </li>
  )
}

function VerdictText({ verdict, isTimed }: { readonly verdict: Verdict; readonly isTimed: boolean }) {
  const { person, label, source, runnerUp, textSays, atS } = verdict
  return (
    <>
      <p className={styles.emotion} data-verdict={label}>
        {person && <span className={styles.person}>{person} </span>}
        {words.appears(label)}
      </p>
      <p className={styles.detail} data-source={source}>
        <span>{source === 'probabilities' ? words.byProbability : words.byText}</span>
        {runnerUp && <span>{words.runnerUp(runnerUp.label, runnerUp.share)}</span>}
        {isTimed && <span>{words.readAt(atS)}</span>}
        {textSays && (
          <span className={styles.textSays} data-text-says>
            {words.textSays(textSays)}
          </span>
        )}
      </p>
    </>
  )
}

function Absent({ absence }: { readonly absence: Absence }) {
  const { view } = usePage()
  const note = words.absenceNote(absence)
  return (
    <div className={styles.absent} data-absence={absence.kind}>
      <p className={styles.absence}>{words.absenceText(absence)}</p>
      <p className={styles.note}>{note}</p>
      {absence.kind === 'loading' && absence.load.state === 'offered' && (
        <Button kind="quiet" className={styles.back} onClick={() => view.update({ panel: 'model' })}>
          {words.answerOffer}
        </Button>
      )}
    </div>
  )
}

function StandingText({ headline }: { readonly headline: Headline }) {
  const standing: Standing | undefined = headline.kind === 'rows' ? headline.standing : undefined
  switch (standing?.kind) {
    case 'last':
      return words.last
    case 'earlier':
      return standing.name === undefined ? words.at(standing.atS) : <Name>{words.earlierOf(standing.name)}</Name>
    default:
      return null
  }
}
