import { useEffect, useRef } from 'react'
import type { Stage } from '../../affect/stages.ts'
import { formatMs, formatRate } from '../format.ts'
import type { AnswerState, Session } from '../session.ts'
import { useStore } from '../store.ts'
import type { TokenFlow } from '../token-flow.ts'
import styles from './AnswerCards.module.css'

/** The three stages, bottom up: each answer is evidence for the next. */
export function AnswerCards({ session }: { readonly session: Session }) {
  return (
    <ol className={styles.cards}>
      {session.stages.map((stage) => (
        <AnswerCard key={stage.id} session={session} stage={stage} />
      ))}
    </ol>
  )
}

function AnswerCard({ session, stage }: { readonly session: Session; readonly stage: Stage }) {
  const answer = useStore(session.store, (state) => state.answers[stage.id])
  const hasText = ['streaming', 'done', 'stopped'].includes(answer.state)
  const titleId = `stage-${stage.id}`
  return (
    <li className={styles.card} data-state={answer.state}>
      <article aria-labelledby={titleId} aria-busy={answer.state === 'streaming' || answer.state === 'thinking'}>
        <div className={styles.head}>
          <h3 id={titleId} className={styles.title}>
            {stage.title}
          </h3>
          <p className={styles.figures}>{figuresOf(answer)}</p>
        </div>
        {/* Kept in the page all along: tokens may come before React hears of the first one. */}
        <StreamingText flow={session.flows[stage.id]} isStreaming={answer.state === 'streaming'} />
        {!hasText && <p className={styles.about}>{stage.about}</p>}
      </article>
    </li>
  )
}

/** Text that writes itself into the page, appending only: what is already read never moves. */
function StreamingText({ flow, isStreaming }: { readonly flow: TokenFlow; readonly isStreaming: boolean }) {
  const element = useRef<HTMLParagraphElement>(null)
  useEffect(
    () =>
      flow.subscribe((text, isAppended) => {
        if (isAppended) element.current?.append(text)
        else if (element.current && element.current.textContent !== text) element.current.textContent = text
      }),
    [flow],
  )
  return <p ref={element} className={styles.text} data-streaming={isStreaming || undefined} dir="auto" />
}

function figuresOf({ state, firstTokenMs, tokensPerS, cut }: AnswerState): string {
  const parts: string[] = []
  if (state === 'waiting') parts.push('waiting')
  if (state === 'thinking') parts.push('thinking')
  if (firstTokenMs !== undefined) parts.push(`first token ${formatMs(firstTokenMs)}`)
  if (tokensPerS !== undefined) parts.push(formatRate(tokensPerS))
  if (state === 'stopped') parts.push('stopped')
  if (cut) parts.push(cut)
  return parts.join(' · ')
}
