import { type FocusEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Collection, type Key, Tree, TreeItem, TreeItemContent } from 'react-aria-components'
import type { Claim } from '../../../affect/claims.ts'
import { actionUnitNames } from '../../../affect/labels.ts'
import { type Stage, type StageId, stageIds } from '../../../affect/stages.ts'
import { emptyTree } from '../../../affect/tree.ts'
import type { View } from '../../../affect/view.ts'
import type { AnswerState, CurrentUpdate } from '../../../reading/reading.ts'
import { Icon } from '../../controls/Icon.tsx'
import { emotionHue } from '../../emotion-hue.ts'
import { formatMs, formatRate, formatSpan, formatWhole } from '../../format.ts'
import { presetOf, stagesOf } from '../../presets.ts'
import type { RecordedReading } from '../../session/session-state.ts'
import { spanOf, useRecorded } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { highlightSpans } from '../../text-highlight.ts'
import type { TokenFlow } from '../../token-flow.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'
import { notAskedText, shownText, viewOf } from '../../view-words.ts'
import { ClaimPartsContext, useClaimParts, useLoadedClaimParts } from './claim-parts.ts'
import { StreamingText } from './StreamingText.tsx'
import { countNodes, framesOfPhase, indexRows, pathTo, rowsByStage, type TreeRow } from './tree-rows.ts'
import styles from './WhyPanel.module.css'

/** The tree grows with the text, but is rendered at most this often. */
const treeEveryMs = 250

/** The rows of a stage: the one with its text, and those that were parsed from it. */
interface StageRow {
  readonly key: StageId
  readonly stage: Stage
  readonly answer: AnswerState
  readonly content: TokenFlow | string
  readonly rows: readonly TreeRow[]
  readonly isLast: boolean
}

const noClaims: readonly Claim[] = []

/** The three stages as a tree: each answer is evidence for the next. */
export function WhyPanel() {
  const page = usePage()
  const { store, flows } = page.session
  const answers = useStore(store, (state) => state.current?.answers)
  const currentFrames = useStore(store, (state) => state.current?.frames)
  const current = useThrottled(store, (state) => state.current, treeEveryMs)
  const preset = useStore(store, (state) => state.settings.preset)
  const stagesOn = useStore(store, (state) => state.settings.stagesOn)
  const recorded = useRecorded()
  const currentView = useStore(store, viewOf)
  const view = recorded?.view ?? currentView
  const { tree = emptyTree, claims = noClaims } = recorded ?? current ?? {}
  const rows = useMemo(() => rowsByStage(tree, claims), [tree, claims])
  const claimParts = useLoadedClaimParts(claims.length > 0)
  const [closed, setClosed] = useState<ReadonlySet<Key>>(new Set())
  const wrapper = useRef<HTMLDivElement>(null)

  const on = useMemo(() => stagesOf({ preset, stagesOn }), [preset, stagesOn])
  const stages = useMemo(
    () =>
      presetOf(preset)
        .stages.filter((stage) => on.includes(stage) || answerOf(stage.id, answers, recorded).text !== undefined)
        .map((stage, index, all): StageRow => {
          const { id } = stage
          // In a preset of one stage every kind of node is parsed from its text.
          const read = stage.reads ?? [id]
          return {
            key: id,
            stage,
            answer: answerOf(id, answers, recorded),
            content: recorded ? (recorded.answers[id]?.text ?? '') : flows[id],
            rows: read.flatMap((kind) => rows[kind]),
            isLast: index === all.length - 1,
          }
        }),
    [preset, on, answers, recorded, flows, rows],
  )
  const index = useMemo(() => indexRows(stageIds.flatMap((id) => rows[id])), [rows])
  // Only rows with children: the left arrow key cannot leave an expanded row without children.
  const expandable = [...stages, ...index.values()].filter((row) => row.rows.length > 0).map(({ key }) => key as Key)
  const frames = recorded ? recorded.frames.map(({ timeS }, number) => ({ number, timeS })) : (currentFrames ?? [])
  const span = spanOf(frames)

  const point = (key: string | undefined) => {
    const row = key === undefined ? undefined : index.get(key)
    const pointed = page.view.get().pointed
    if (pointed?.key === row?.key) return
    const of = row && framesOfPhase(frames, row.phase)
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
    // The row may not be rendered until its parents are expanded.
    requestAnimationFrame(() => {
      const row = wrapper.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
      row?.focus()
      row?.scrollIntoView({ block: 'nearest' })
    })
  }

  return (
    <section className={styles.panel} aria-labelledby="why-title">
      <div className={styles.head}>
        <h2 id="why-title" className={styles.title}>
          Why
        </h2>
        {span && (
          <p className={styles.figures}>
            {shownText(view)} · {formatWhole(frames.length)} frames, {formatSpan(span[0], span[1])}
          </p>
        )}
        {claimParts && claims.length > 0 && <claimParts.ClaimSummary claims={claims} view={view} />}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only hears which of its rows has the pointer or the focus */}
      <div
        ref={wrapper}
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
            aria-label="Attributes, expression and emotion"
            items={stages}
            dependencies={[stages, view]}
            expandedKeys={expandable.filter((key) => !closed.has(key))}
            onExpandedChange={(keys) => setClosed(new Set(expandable.filter((key) => !keys.has(key))))}
          >
            {(row) => <StageItem row={row} view={view} onGoTo={goTo} />}
          </Tree>
        </ClaimPartsContext>
      </div>
    </section>
  )
}

interface StageProps {
  readonly row: StageRow
  readonly view: View
  readonly onGoTo: (key: string) => void
}

function StageItem({ row, view, onGoTo }: StageProps) {
  const { stage, answer, rows, isLast } = row
  return (
    <TreeItem
      id={row.key}
      textValue={stage.title}
      className={styles.stage}
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
  const hasText = ['streaming', 'done', 'stopped'].includes(answer.state) || answer.text !== undefined
  return (
    <article className={styles.answer} aria-labelledby={titleId} aria-busy={isBusy}>
      <div className={styles.line}>
        <h3 id={titleId} className={styles.name}>
          {stage.title}
        </h3>
        {rows.length > 0 && (
          <span className={styles.count}>
            {formatWhole(countNodes(rows))} read
            <Button slot="chevron" className={styles.chevron}>
              <Icon name="right" />
            </Button>
          </span>
        )}
        <p className={styles.figures}>{figuresOf(answer)}</p>
      </div>
      {/* Always rendered: tokens may come before React re-renders for the first one. */}
      <StreamingText
        stage={stage.id}
        content={content}
        isStreaming={isBusy}
        isOld={answer.state === 'waiting' && answer.text !== undefined}
      />
      {answer.prompt !== undefined && (
        <p className={styles.prompt}>
          <span className={styles.promptName}>Asked with what was measured:</span> {answer.prompt}
        </p>
      )}
      {!hasText && !isBusy && <p className={styles.about}>{notAskedText(stage.id, view) ?? stage.about}</p>}
    </article>
  )
}

interface NodeProps {
  readonly row: TreeRow
  readonly isLast: boolean
  readonly onGoTo: (key: string) => void
}

function NodeItem({ row, isLast, onGoTo }: NodeProps) {
  const { key, label, kind, rows, restsOn, claims = [] } = row
  const claimParts = useClaimParts()
  return (
    <TreeItem
      id={key}
      textValue={[
        label,
        row.topic,
        row.phase,
        restsOn && `rests on ${restsOn.label}`,
        ...claims.map((claim) => claimParts?.claimText(claim)),
      ]
        .filter(Boolean)
        .join(', ')}
      className={styles.node}
      data-kind={kind}
      data-last={isLast || undefined}
      data-link={restsOn ? true : undefined}
      {...(restsOn ? { onAction: () => onGoTo(restsOn.key) } : {})}
    >
      <TreeItemContent>
        <NodeContent row={row} />
      </TreeItemContent>
      <Collection items={rows.map((each) => ({ ...each, id: each.key }))} dependencies={[rows]}>
        {(each) => <NodeItem row={each} isLast={isLast} onGoTo={onGoTo} />}
      </Collection>
    </TreeItem>
  )
}

function NodeContent({
  row: { kind, label, topic, actionUnits = [], phase, restsOn, claims, rows },
}: {
  readonly row: TreeRow
}) {
  const claimParts = useClaimParts()
  const marks = claims && claimParts ? <claimParts.ClaimMarks claims={claims} label={label} /> : undefined
  return (
    <span className={styles.content} title={restsOn ? `Rests on: ${restsOn.label}` : topic}>
      {rows.length > 0 && (
        <Button slot="chevron" className={styles.chevron}>
          <Icon name="right" />
        </Button>
      )}
      <span className={styles.label} {...(kind === 'emotion' ? { 'data-hue': emotionHue(label) } : {})}>
        {label}
      </span>
      {/* With marks, each unit stands beside its own. */}
      {(marks ? [] : actionUnits).map((unit) => (
        <span key={unit} className={styles.unit} title={actionUnitNames[unit]}>
          {unit}
        </span>
      ))}
      {marks}
      {phase && <span className={styles.phase}>{phase}</span>}
      {restsOn && <Icon name="link" />}
    </span>
  )
}

function answerOf(
  id: StageId,
  answers: CurrentUpdate['answers'] | undefined,
  recorded: RecordedReading | undefined,
): AnswerState {
  if (!recorded) return answers?.[id] ?? { state: 'empty' }
  const answer = recorded.answers[id]
  return answer ? { state: 'done', ...answer } : { state: 'empty' }
}

function figuresOf({ state, firstTokenMs, figures, finish, isReused }: AnswerState): string {
  const parts: string[] = []
  if (state === 'waiting') parts.push('waiting')
  if (state === 'thinking') parts.push('thinking')
  if (isReused) parts.push('standing since the window began')
  if (firstTokenMs !== undefined) parts.push(`first token ${formatMs(firstTokenMs)}`)
  if (figures && figures.answerTokens > 1 && figures.decodeMs > 0) {
    parts.push(formatRate(((figures.answerTokens - 1) / figures.decodeMs) * 1000))
  }
  if (state === 'stopped') parts.push('stopped')
  if (figures && finish === 'length') parts.push(`cut at ${figures.answerTokens} tokens`)
  if (figures && finish === 'context-full') parts.push('cut: the context is full')
  return parts.join(' · ')
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
