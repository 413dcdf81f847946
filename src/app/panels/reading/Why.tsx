import { Suspense, useId } from 'react'
import type { TrackId } from '../../../affect/track.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { NarrowSheet } from '../../controls/NarrowSheet.tsx'
import type { Headline } from '../../headline.ts'
import { lazyComponent } from '../../lazy-component.tsx'
import { useStore } from '../../store.ts'
import { useHeadline } from '../../use-headline.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { usePage } from '../../view.ts'
import { useLoadedClaimParts } from './claim-parts.ts'
import { EvidenceStrip } from './EvidenceStrip.tsx'
import { Probabilities } from './Probabilities.tsx'
import { StreamingText } from './StreamingText.tsx'
import { type ShownReading, useShownReading } from './use-shown-reading.ts'
import styles from './Why.module.css'
import { words } from './words.ts'

/** It has nothing to show before a model reads, and comes after what has. */
const StageTree = lazyComponent(async () => (await import('./StageTree.tsx')).StageTree)

/** Why: each stage's answer, what was measured of it, and the frames that they are about. */
export function Why() {
  const isNarrow = useMedia(narrow)
  const reading = useShownReading()
  if (!isNarrow) return <WhyPanel reading={reading} />
  return (
    <>
      <WhyInShort reading={reading} />
      <NarrowSheet id="why" title={words.why(reading.track)}>
        <WhyParts reading={reading} isWhole />
        <Probabilities />
      </NarrowSheet>
    </>
  )
}

function WhyPanel({ reading }: { readonly reading: ShownReading }) {
  const { view } = usePage()
  const isWhole = useStore(view, (state) => state.isWhyWhole)
  const partsId = useId()
  return (
    <section className={styles.panel} aria-labelledby="why-title">
      <Head reading={reading} />
      <div id={partsId} className={styles.parts}>
        <WhyParts reading={reading} isWhole={isWhole} />
      </div>
      <div className={styles.foot}>
        <EvidenceStrip reading={reading} />
        <Button
          kind="quiet"
          className={styles.more}
          aria-expanded={isWhole}
          aria-controls={partsId}
          onClick={() => view.update({ isWhyWhole: !isWhole })}
        >
          {isWhole ? words.less : words.more}
          <Icon name="down" />
        </Button>
      </div>
    </section>
  )
}

function WhyParts({ reading, isWhole }: { readonly reading: ShownReading; readonly isWhole: boolean }) {
  const { view } = usePage()
  const isNarrow = useMedia(narrow)
  return (
    <>
      <Suspense fallback={<div className={styles.awaited} />}>
        <StageTree reading={reading} isWhole={isWhole} onWhole={() => view.update({ isWhyWhole: true })} />
      </Suspense>
      {isNarrow && <EvidenceStrip reading={reading} />}
    </>
  )
}

function Head({ reading: { track, claims, view } }: { readonly reading: ShownReading }) {
  const parts = useLoadedClaimParts(claims.length > 0)
  const isLast = isKeptFor(track, useHeadline())
  return (
    <div className={styles.head}>
      <h2 id="why-title" className={styles.title} tabIndex={-1}>
        {words.why(track)}
      </h2>
      <div className={styles.claims}>
        {isLast ? words.last : parts && claims.length > 0 && <parts.ClaimSummary claims={claims} view={view} />}
      </div>
    </div>
  )
}

/** Whether what is said of a track is kept from before it was lost, or from a reading that has ended. */
function isKeptFor(track: TrackId, headline: Headline): boolean {
  if (headline.kind === 'absent') return headline.absence.kind === 'no-face'
  const row = headline.rows.find((each) => each.track === track)
  return headline.standing.kind === 'last' || row?.kind === 'away' || row?.kind === 'flawed'
}

/** On a phone: the first lines of the emotion's text, and what was measured; the whole is a sheet. */
function WhyInShort({ reading }: { readonly reading: ShownReading }) {
  const { session, view } = usePage()
  const isOpen = useStore(view, ({ sheet }) => sheet === 'why')
  const { claims, answerOf, textOf } = reading
  const answer = answerOf('emotion')
  const parts = useLoadedClaimParts(claims.length > 0)
  return (
    <section className={styles.short} aria-labelledby="why-title">
      <h2 id="why-title" className="unseen" tabIndex={-1}>
        {words.why(reading.track)}
      </h2>
      <div className={styles.clamped}>
        {/* While the sheet is open, its own text is the one that words are lit in. */}
        {!isOpen && (
          <StreamingText
            stage="emotion"
            content={textOf('emotion') ?? session.flows.emotion}
            isStreaming={answer.state === 'streaming'}
            isOld={(answer.state === 'waiting' || answer.state === 'thinking') && answer.text !== undefined}
          />
        )}
      </div>
      <div className={styles.shortFoot}>
        <div>{parts && claims.length > 0 && <parts.ClaimChips claims={claims} />}</div>
        <Button
          kind="quiet"
          className={styles.open}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          onClick={() => view.update({ sheet: 'why' })}
        >
          {words.openWhy}
          <Icon name="down" />
        </Button>
      </div>
    </section>
  )
}
