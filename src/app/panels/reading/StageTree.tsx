import { type CSSProperties, type FocusEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Collection, type Key, Tree, TreeItem, TreeItemContent } from 'react-aria-components'
import { type Stage, type StageId, stageIds } from '../../../affect/stages.ts'
import type { View } from '../../../affect/view.ts'
import type { AnswerState } from '../../../reading/reading.ts'
import { isAskedIn } from '../../../reading/view-rules.ts'
import { Icon } from '../../controls/Icon.tsx'
import { presetOf, stagesOf } from '../../presets.ts'
import { useStore } from '../../store.ts'
import { highlightSpans } from '../../text-highlight.ts'
import type { TokenFlow } from '../../token-flow.ts'
import { usePage } from '../../view.ts'
import { ClaimPartsContext, useLoadedClaimParts } from './claim-parts.ts'
import { NodeItem } from './NodeItem.tsx'
import styles from './StageTree.module.css'
import { StreamingText } from './StreamingText.tsx'
import { framesOfPhases, indexRows, pathTo, rowsByStage, type TreeRow } from './tree-rows.ts'
import type { ShownReading } from './use-shown-reading.ts'
import { useSteadyRows } from './use-steady-rows.ts'
import { words } from './words.ts'

/** Lines of rows that a stage has room for while the whole is not shown, and the rows that fit into them. */
const room: Readonly<Record<StageId, { readonly lines: number; readonly rows: number }>> = {
  emotion: { lines: 1, rows: 1 },
  expression: { lines: 4, rows: 4 },
  attributes: { lines: 1, rows: 4 },
}
/** Reasons beside an emotion while the whole is not shown. */
const mostReasons = 3

/** The rows of a stage: the one with its text, and those that were parsed from it. */
interface StageRow {
  readonly key: StageId
  readonly stage: Stage
  readonly answer: AnswerState
  readonly content: TokenFlow | string
  readonly rows: readonly TreeRow[]
  readonly isLast: boolean
  /** Lines that are kept free above this stage, for rows of the one before. */
  readonly freeAbove: number
}

interface Props {
  readonly reading: ShownReading
  /** Whether everything is shown: whole texts, all rows. */
  readonly isWhole: boolean
  readonly onWhole: () => void
}

/** The stages as a tree, the emotion first and what it rests on below it. */
export function StageTree({ reading, isWhole, onWhole }: Props) {
  const page = usePage()
  const { store, flows } = page.session
  const preset = useStore(store, (state) => state.settings.preset)
  const stagesOn = useStore(store, (state) => state.settings.stagesOn)
  const { tree, claims, frames, view, answerOf, textOf, scope } = reading
  const claimParts = useLoadedClaimParts(claims.length > 0)
  const parsed = useMemo(() => rowsByStage(tree, claims), [tree, claims])
  const rows = useSteadyRows(scope, parsed, (id) => answerOf(id).state)
  const [closed, setClosed] = useState<ReadonlySet<Key>>(new Set())
  const wrapper = useRef<HTMLDivElement>(null)

  const on = useMemo(() => stagesOf({ preset, stagesOn }), [preset, stagesOn])
  const asked = presetOf(preset)
    .stages.filter((stage) => on.includes(stage) || answerOf(stage.id).text !== undefined)
    .toReversed()
  let freeAbove = 0
  const stages = asked.map((stage, index): StageRow => {
    const { id } = stage
    // In a preset of one stage every kind of node is parsed from its text.
    const all = (stage.reads ?? [id]).flatMap((kind) => rows[kind])
    const fitting = isWhole ? all : all.slice(0, room[id].rows).map(withFewReasons)
    const row = {
      key: id,
      stage,
      answer: answerOf(id),
      content: textOf(id) ?? flows[id],
      rows: fitting,
      isLast: index === asked.length - 1,
      freeAbove,
    }
    freeAbove = isWhole || !isAskedIn(view, id) ? 0 : Math.max(0, room[id].lines - linesOf(id, fitting))
    return row
  })
  const index = indexRows(stageIds.flatMap((id) => rows[id]))
  // Only rows with children: the left arrow key cannot leave an expanded row without children.
  const expandable = [...stages, ...index.values()].filter((row) => row.rows.length > 0).map(({ key }) => key as Key)

  const point = (key: string | undefined) => {
    const row = key === undefined ? undefined : index.get(key)
    const pointed = page.view.get().pointed
    if (pointed?.key === row?.key) return
    const of = row && !row.isOld ? framesOfPhases(frames, row.phases) : undefined
    page.view.update({
      pointed:
        row && of ? { key: row.key, frames: new Set(of.map(({ number }) => number)), spans: row.spans } : undefined,
    })
  }
  const pointed = useStore(page.view, (view) => view.pointed)
  useEffect(() => highlightSpans(pointed?.spans ?? []), [pointed])

  const goTo = (key: string) => {
    const path = new Set<Key>(pathTo(key, rows))
    setClosed((before) => new Set([...before].filter((each) => !path.has(each))))
    const find = () => wrapper.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
    if (!find()) onWhole()
    // The row may not be rendered until its parents are expanded.
    requestAnimationFrame(() => {
      const row = find()
      row?.focus()
      row?.scrollIntoView({ block: 'nearest' })
    })
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears which of its rows has the pointer or the focus
    <div
      ref={wrapper}
      className={styles.wrapper}
      data-whole={isWhole || undefined}
      onFocus={(event) => point(keyOf(event))}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) point(undefined)
      }}
      onPointerOver={(event) => {
        if (event.pointerType === 'mouse') point(keyOf(event) ?? focusedKey(event.currentTarget))
      }}
      onPointerLeave={(event) => point(focusedKey(event.currentTarget))}
    >
      <ClaimPartsContext value={claimParts}>
        <Tree
          className={styles.tree}
          aria-label={words.tree}
          items={stages}
          dependencies={[stages, view, isWhole]}
          expandedKeys={expandable.filter((key) => !closed.has(key))}
          onExpandedChange={(keys) => setClosed(new Set(expandable.filter((key) => !keys.has(key))))}
        >
          {(row) => <StageItem row={row} view={view} onGoTo={goTo} />}
        </Tree>
      </ClaimPartsContext>
    </div>
  )
}

function withFewReasons(row: TreeRow): TreeRow {
  return row.rows.length > mostReasons ? { ...row, rows: row.rows.slice(0, mostReasons) } : row
}

/** Attributes stand side by side on one line; persons, expressions and emotions have a line each. */
function linesOf(stage: StageId, rows: readonly TreeRow[]): number {
  if (rows.some(({ kind }) => kind === 'person')) return Number.POSITIVE_INFINITY
  return stage === 'attributes' ? Math.min(1, rows.length) : rows.length
}

interface StageProps {
  readonly row: StageRow
  readonly view: View
  readonly onGoTo: (key: string) => void
}

function StageItem({ row, view, onGoTo }: StageProps) {
  const { stage, answer, rows, isLast, freeAbove } = row
  return (
    <TreeItem
      id={row.key}
      textValue={stage.title}
      className={styles.stage}
      style={{ '--free': freeAbove } as CSSProperties}
      data-state={answer.state}
      data-last={isLast || undefined}
    >
      <TreeItemContent>
        <Answer row={row} view={view} />
      </TreeItemContent>
      <Collection items={rows.map((each) => ({ ...each, id: each.key }))} dependencies={[rows]}>
        {(each) => <NodeItem row={each} isLast={isLast} onGoTo={onGoTo} />}
      </Collection>
    </TreeItem>
  )
}

function Answer({ row: { stage, answer, content, rows }, view }: Pick<StageProps, 'row' | 'view'>) {
  const titleId = `stage-${stage.id}`
  const isBusy = answer.state === 'streaming' || answer.state === 'thinking'
  const isAsked = isAskedIn(view, stage.id)
  const hasText = ['streaming', 'done', 'stopped'].includes(answer.state) || answer.text !== undefined
  return (
    <article className={styles.answer} aria-labelledby={titleId} aria-busy={isBusy}>
      <div className={styles.line}>
        <h3 id={titleId} className={styles.name}>
          {stage.title}
        </h3>
        <span className={styles.state}>{stateText(answer)}</span>
        {rows.length > 0 && (
          <Button slot="chevron" className="unseen">
            <Icon name="right" />
          </Button>
        )}
      </div>
      <div className={styles.room} data-asked={isAsked || undefined}>
        {/* Always rendered: tokens may come before React re-renders for the first one. */}
        <StreamingText
          stage={stage.id}
          content={content}
          isStreaming={answer.state === 'streaming'}
          isOld={(answer.state === 'waiting' || answer.state === 'thinking') && answer.text !== undefined}
        />
        {!hasText && <p className={styles.about}>{isAsked ? stage.about : words.notAsked}</p>}
      </div>
      {answer.prompt !== undefined && (
        <p className={styles.prompt}>
          <span className={styles.promptName}>{words.askedWith}</span> {answer.prompt}
        </p>
      )}
    </article>
  )
}

function stateText({ state, isReused, finish, figures }: AnswerState): string {
  if (isReused) return words.standing
  if (figures && finish === 'length') return words.cutAt(figures.answerTokens)
  if (figures && finish === 'context-full') return words.cutFull
  return words.stageState[state]
}

function keyOf(event: FocusEvent | PointerEvent): string | undefined {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-key]') : null
  return row?.dataset.key
}

function focusedKey(wrapper: Element): string | undefined {
  const { activeElement } = document
  if (!activeElement || !wrapper.contains(activeElement)) return undefined
  return activeElement.closest<HTMLElement>('[data-key]')?.dataset.key
}
