import { useEffect, useRef } from 'react'
import type { StageId } from '../../../affect/stages.ts'
import { registerText } from '../../text-highlight.ts'
import type { TokenFlow } from '../../token-flow.ts'
import styles from './StreamingText.module.css'

interface Props {
  readonly stage: StageId
  /** The flow of a text that may still stream, or a finished text. */
  readonly content: TokenFlow | string
  readonly isStreaming: boolean
  /** The answer of the update before, shown until this update's begins. */
  readonly isOld: boolean
}

/** Streamed text, appended to the page without React: text that was already read never moves. */
export function StreamingText({ stage, content, isStreaming, isOld }: Props) {
  const element = useRef<HTMLParagraphElement>(null)
  useEffect(() => (element.current ? registerText(stage, element.current) : undefined), [stage])
  useEffect(() => {
    const write = (text: string, isAppended: boolean) => {
      if (isAppended) element.current?.append(text)
      else if (element.current && element.current.textContent !== text) element.current.textContent = text
    }
    if (typeof content !== 'string') return content.subscribe(write)
    write(content, false)
  }, [content])
  return (
    <p
      ref={element}
      className={styles.text}
      data-stage={stage}
      data-streaming={isStreaming || undefined}
      data-old={isOld || undefined}
      dir="auto"
    />
  )
}
