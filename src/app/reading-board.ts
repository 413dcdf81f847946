import { TreeReader } from '../affect/parse-answers.ts'
import { type Stage, type StageId, stageIds } from '../affect/stages.ts'
import { emptyTree } from '../affect/tree.ts'
import type { ReadingProgress } from '../readers/worker/client.ts'
import type { DeviceFigures } from '../readers/worker/protocol.ts'
import type { UpdateFigures } from '../reading/events.ts'
import type { ReadingOrigin } from '../reading/recording.ts'
import { pictureText } from './picture-text.ts'
import { withAnswer } from './probes.ts'
import type { AnswerState, RecordedReading, RunFigures, SessionState, StripFrame } from './session/session-state.ts'
import type { Store } from './store.ts'
import type { TokenFlow } from './token-flow.ts'

/** Updates whose figures are averaged. */
const averaged = 5
/** The same for closed questions: about as many as an update has. */
const averagedProbes = 40

export type Flows = Readonly<Record<StageId, TokenFlow>>

/** What one update said, for tests. */
export interface Transcript {
  readonly update: number
  readonly ids: Partial<Record<StageId, readonly number[]>>
  readonly texts: Partial<Record<StageId, string>>
  readonly reused: readonly StageId[]
  readonly figures?: UpdateFigures
}

/** What a reading is read with. */
export interface BoardOptions {
  readonly stages: readonly Stage[]
  /** What it is read of, by and with, for the recording; whatever is chosen since. */
  readonly origin: ReadingOrigin
  /** As in `RecordedReading`. */
  readonly opened: number
  readonly hasTranscript: boolean
  /** Where the reading begins, in the source's time. */
  readonly fromS: number
  readonly deviceFigures: () => Promise<DeviceFigures | undefined>
}

/** Turns what a reading reports into what the page shows: strip, answers, tree, recording, figures. */
export class ReadingBoard {
  readonly transcripts: Transcript[] = []
  /** Where the next window begins, in the source's time, once one is complete: where a lost reading goes on. */
  resumeS: number
  private readonly reader: TreeReader
  private costs: UpdateFigures[] = []
  private updatedAtMs: number[] = []
  private probesMs: number[] = []
  private passedOver = 0
  private isTreeDue = false
  /** Frames of a pair that is on its way into the window. */
  private coming: readonly StripFrame[] = []
  /** Those of the update under way: the window may move on before it ends. */
  private seen: readonly StripFrame[] = []

  constructor(
    private readonly store: Store<SessionState>,
    private readonly flows: Flows,
    private readonly options: BoardOptions,
  ) {
    this.reader = new TreeReader(options.stages)
    this.resumeS = options.fromS
  }

  take(event: ReadingProgress): void {
    const { store } = this
    const state = store.get()
    const isStopping = state.run.state === 'stopping'
    switch (event.type) {
      case 'opened': {
        const { width, height, clip, windows } = event
        const progress = clip && windows ? { doneWindows: 0, windows, doneS: 0, totalS: clip.durationS } : undefined
        store.update({
          clip: { width, height, ...clip },
          progress,
          ...(isStopping || state.current ? {} : { run: { state: 'warming' } }),
        })
        break
      }
      case 'notice':
        store.update({ fileNotices: [...state.fileNotices, event.message], announcement: event.message })
        break
      case 'frame': {
        const { type: _, ...frame } = event
        this.coming = [...this.coming, frame]
        break
      }
      case 'pair':
        this.join(event.pairsInWindow * 2)
        store.update({ pairsPerWindow: event.pairsPerWindow })
        break
      case 'probe': {
        const { id, timeS, probabilities, figures } = event
        this.probesMs = [...this.probesMs, figures.ms].slice(-averagedProbes)
        store.update({
          probes: withAnswer(state.probes, id, { timeS, probabilities }),
          ...(state.run.state === 'warming' ? { run: { state: 'running' } } : {}),
        })
        break
      }
      case 'update': {
        const answers = Object.fromEntries(
          stageIds.map((id): [StageId, AnswerState] => {
            const isAsked = this.options.stages.some((stage) => stage.id === id)
            const text = isAsked ? state.current?.answers[id].text : undefined
            return [id, isAsked ? { state: 'waiting', ...(text ? { text } : {}) } : { state: 'empty' }]
          }),
        ) as Record<StageId, AnswerState>
        const { update, window, frames } = event
        this.seen = state.frames
        store.update({ current: { update, window, frames, answers, tree: state.current?.tree ?? emptyTree } })
        if (this.options.hasTranscript) this.transcripts.push({ update, ids: {}, texts: {}, reused: [] })
        break
      }
      case 'stage':
        this.flows[event.id].set('')
        this.setAnswer(event.id, { state: 'thinking' })
        break
      case 'reused':
        this.flows[event.id].set(event.text)
        this.setAnswer(event.id, { state: 'done', text: event.text, isReused: true })
        this.transcribe(({ reused, ...rest }) => ({ ...rest, reused: [...reused, event.id] }))
        this.refreshTree()
        break
      case 'token': {
        this.flows[event.id].push(event.text)
        this.transcribe(({ ids, ...rest }) => ({
          ...rest,
          ids: { ...ids, [event.id]: [...(ids[event.id] ?? []), event.tokenId] },
        }))
        if (state.current?.answers[event.id].state === 'thinking') {
          this.setAnswer(event.id, { state: 'streaming', firstTokenMs: event.ms })
          if (!isStopping && state.run.state === 'warming') store.update({ run: { state: 'running' } })
        }
        this.refreshTreeSoon()
        break
      }
      case 'answer': {
        const { prefillMs, answerTokens: tokens, decodeMs } = event.figures
        this.flows[event.id].set(event.text)
        this.transcribe((transcript) => ({ ...transcript, texts: { ...transcript.texts, [event.id]: event.text } }))
        const isStopped = event.finish === 'stopped'
        this.setAnswer(event.id, {
          state: isStopped ? 'stopped' : 'done',
          text: event.text,
          firstTokenMs: prefillMs,
          tokens,
          ...(tokens > 1 && decodeMs > 0 ? { tokensPerS: ((tokens - 1) / decodeMs) * 1000 } : {}),
          ...(event.finish === 'length' ? { cut: `cut at ${tokens} tokens` } : {}),
          ...(event.finish === 'context-full' ? { cut: 'cut: the context is full' } : {}),
        })
        const title = this.options.stages.find(({ id }) => id === event.id)?.title
        if (!isStopped) store.update({ announcement: `${title}: ${event.text}` })
        this.refreshTree()
        break
      }
      case 'updated':
        this.record(event.update, event.figures)
        this.transcribe((transcript) => ({ ...transcript, figures: event.figures }))
        this.measure(event.figures)
        this.moveOn()
        break
      case 'progress': {
        const { type: _, ...progress } = event
        store.update({ progress })
        break
      }
      case 'lag': {
        const isLagging = event.passedOver > this.passedOver
        this.passedOver = event.passedOver
        store.update({
          figures: { ...state.figures, passedOver: event.passedOver },
          ...(isStopping || state.run.state === 'paused' || state.picture !== 'there'
            ? {}
            : { run: isLagging ? { state: 'lagging', lagS: event.lagS } : { state: 'running' } }),
        })
        break
      }
      case 'picture': {
        const { picture } = event
        const text = state.source && pictureText(picture, state.source)
        const announcement = text ? `${text.title}. ${text.cause}` : 'There is a picture again; the reading goes on.'
        store.update({ picture, announcement })
        break
      }
      case 'paused':
        if (!isStopping) store.update({ run: event.isPaused ? { state: 'paused' } : { state: 'running' } })
        break
      case 'over':
        this.settle()
        store.update({
          run: { state: 'over', reason: event.reason },
          announcement: event.reason === 'stopped' ? 'Stopped.' : 'The reading is complete.',
        })
    }
  }

  /** Ends what is still open on the page, after a stop or a failure. */
  settle(): void {
    for (const { image } of this.coming) image.close()
    this.coming = []
    const { current } = this.store.get()
    if (!current) return
    const settled = stageIds.map((id): [StageId, AnswerState] => {
      const answer = current.answers[id]
      if (answer.state === 'streaming') return [id, { ...answer, state: 'stopped', text: this.flows[id].text }]
      if (answer.state !== 'waiting' && answer.state !== 'thinking') return [id, answer]
      return [id, answer.text ? { state: 'done', text: answer.text } : { state: 'empty' }]
    })
    this.store.update({ current: { ...current, answers: Object.fromEntries(settled) as typeof current.answers } })
  }

  private setAnswer(id: StageId, answer: AnswerState): void {
    const { current } = this.store.get()
    if (current) this.store.update({ current: { ...current, answers: { ...current.answers, [id]: answer } } })
  }

  private refreshTreeSoon(): void {
    if (this.isTreeDue) return
    this.isTreeDue = true
    requestAnimationFrame(() => {
      if (this.isTreeDue) this.refreshTree()
    })
  }

  private refreshTree(): void {
    this.isTreeDue = false
    const { current } = this.store.get()
    if (!current) return
    const tree = this.reader.read(
      Object.fromEntries(this.options.stages.map(({ id }) => [id, this.flows[id].text])) as Record<StageId, string>,
    )
    this.store.update({ current: { ...current, tree } })
  }

  /** The frames that came join the strip, and those that the window has dropped leave it, in one step. */
  private join(count: number): void {
    const frames = [...this.store.get().frames, ...this.coming]
    this.coming = []
    const dropped = Math.max(0, frames.length - count)
    for (const { image } of frames.slice(0, dropped)) image.close()
    this.store.update({ frames: frames.slice(dropped) })
  }

  private record(update: number, figures: UpdateFigures): void {
    const { current, recording } = this.store.get()
    if (!current || current.update !== update) return
    const byNumber = new Map(this.seen.map((frame): [number, StripFrame] => [frame.number, frame]))
    const answered = stageIds.flatMap((id) => {
      const { text, isReused = false } = current.answers[id]
      return text === undefined ? [] : [[id, { text, isReused }] as const]
    })
    const reading: RecordedReading = {
      update: recording.length,
      window: current.window,
      ...this.options.origin,
      opened: this.options.opened,
      startS: current.frames[0]?.timeS ?? 0,
      endS: current.frames.at(-1)?.timeS ?? 0,
      frames: current.frames.flatMap(({ number, timeS }) => {
        const thumbnail = byNumber.get(number)?.thumbnail
        return thumbnail ? [{ timeS, thumbnail }] : []
      }),
      answers: Object.fromEntries(answered),
      tree: current.tree,
      figures,
    }
    this.store.update({ recording: [...recording, reading] })
  }

  /** A frame stands in the middle of its interval, and the last one that the window drops ends at the next's start. */
  private moveOn(): void {
    const { framesPerSecond, hopFrames } = this.options.origin.settings
    const dropped = this.store.get().current?.frames[hopFrames - 1]
    if (dropped) this.resumeS = dropped.timeS + 0.5 / framesPerSecond
  }

  private measure(cost: UpdateFigures): void {
    this.costs = [...this.costs, cost].slice(-averaged)
    this.updatedAtMs = [...this.updatedAtMs, performance.now()].slice(-averaged)
    const sum = (pick: (figures: UpdateFigures) => number) => this.costs.reduce((total, each) => total + pick(each), 0)
    const [first] = this.updatedAtMs
    const last = this.updatedAtMs[this.updatedAtMs.length - 1]
    const figures: RunFigures = {
      ...this.store.get().figures,
      firstTokenMs: sum(({ firstTokenMs }) => firstTokenMs) / this.costs.length,
      ...perSecond(
        'tokensPerS',
        sum(({ answerTokens }) => answerTokens),
        sum(({ decodeMs }) => decodeMs),
      ),
      ...perSecond(
        'prefillTokensPerS',
        sum(({ prefillTokens }) => prefillTokens),
        sum(({ prefillMs }) => prefillMs),
      ),
      ...ratio(
        'tokensPerPass',
        sum(({ answerTokens }) => answerTokens),
        sum(({ passes }) => passes),
      ),
      ...ratio(
        'acceptedShare',
        sum(({ accepted }) => accepted),
        sum(({ drafted }) => drafted),
      ),
      ...ratio(
        'probeMs',
        this.probesMs.reduce((total, ms) => total + ms, 0),
        this.probesMs.length,
      ),
      ...(sum(({ visionPairs }) => visionPairs) > 0
        ? { visionMsPerPair: sum(({ visionMs }) => visionMs) / sum(({ visionPairs }) => visionPairs) }
        : {}),
      ...(this.updatedAtMs.length > 1 ? { updatePeriodS: (last - first) / 1000 / (this.updatedAtMs.length - 1) } : {}),
    }
    this.store.update({ figures })
    void this.options.deviceFigures().then(
      (device) => device && this.store.update({ figures: { ...this.store.get().figures, device } }),
      () => undefined,
    )
  }

  private transcribe(change: (transcript: Transcript) => Transcript): void {
    const last = this.transcripts.pop()
    if (last) this.transcripts.push(change(last))
  }
}

function ratio<Name extends string>(name: Name, count: number, of: number): Partial<Record<Name, number>> {
  return of > 0 ? ({ [name]: count / of } as Record<Name, number>) : {}
}

function perSecond<Name extends string>(name: Name, count: number, ms: number): Partial<Record<Name, number>> {
  return ms > 0 && count > 0 ? ({ [name]: (count / ms) * 1000 } as Record<Name, number>) : {}
}
