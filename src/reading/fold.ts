import type { Held } from '../affect/claims.ts'
import { TreeReader } from '../affect/parse-answers.ts'
import { type Stage, type StageId, stageIds } from '../affect/stages.ts'
import type { Place, TrackId } from '../affect/track.ts'
import { type AffectiveTree, emptyTree } from '../affect/tree.ts'
import type { View } from '../affect/view.ts'
import type { ReadingEvent, TrackEvent, UpdateFigures } from './events.ts'
import type { Judge } from './judge.ts'
import { withAnswer } from './probe-history.ts'
import {
  type AnswerState,
  type Answers,
  type CurrentUpdate,
  type FinishedUpdate,
  type GivenAnswer,
  type Reading,
  type TrackReading,
  trackOf,
} from './reading.ts'
import { isAskedIn } from './view-rules.ts'

/** Updates and closed questions whose costs are kept, to be averaged: an update has about eight of the latter. */
const keptCosts = 5
const keptProbes = 40

/** From events to a `Reading`, one at a time: nothing that was handed out before is changed. */
export interface Fold {
  take(reading: Reading, event: ReadingEvent): Reading
  /** The same reading, with the trees of answers that are still growing read as far as their words have come. */
  withTrees(reading: Reading): Reading
}

/**
 * @param stages what the reading was asked; answers of other stages stay empty
 * @param judge asked where something was measured: `() => judge` of `judge.ts`; while it gives none, as where it is still
 *   being loaded, there are no claims. Default: nothing is held against measures
 */
export function createFold(stages: readonly Stage[], judge: () => Judge | undefined = () => undefined): Fold {
  // A reader remembers the sentences that it has read, so that growing answers are not read from their beginning.
  const readers = new Map<TrackId, TreeReader>()
  const treeOf = (track: TrackId, answers: Answers): AffectiveTree => {
    const reader = readers.get(track) ?? new TreeReader(stages, { track })
    readers.set(track, reader)
    return reader.read(Object.fromEntries(stages.map(({ id }) => [id, answers[id].text ?? ''])))
  }
  /** Claims of what the tree says. Words that still stand from the update before are about what was measured then. */
  function claimed({ claims: _, ...current }: CurrentUpdate, before: Held | undefined): CurrentUpdate {
    const held = heldOf(current)
    const judging = held || before ? judge() : undefined
    if (!judging) return current
    const isOld = (id: StageId) => ['waiting', 'thinking'].includes(current.answers[id].state)
    return { ...current, claims: judging.claimsOf(current.tree, (id) => (isOld(id) ? before : held)) }
  }

  const refreshed = (track: TrackId, current: CurrentUpdate, before: Held | undefined): CurrentUpdate => {
    return claimed({ ...current, tree: treeOf(track, current.answers) }, before)
  }
  const isAsked = (id: StageId, view: View) => isAskedIn(view, id) && stages.some((stage) => stage.id === id)

  function takeOfTrack(state: TrackReading, event: TrackEvent): TrackReading {
    const { current } = state
    switch (event.type) {
      case 'frame': {
        const { type: _, track: __, ...frame } = event
        return { ...state, coming: [...state.coming, frame] }
      }
      case 'pair': {
        const frames = [...state.frames, ...state.coming].slice(-2 * event.pairsInWindow)
        return { ...state, frames, coming: [], pairsPerWindow: event.pairsPerWindow }
      }
      case 'probe': {
        const { id, timeS, probabilities, figures } = event
        const answer = { id, timeS, probabilities }
        return {
          ...state,
          probes: withAnswer(state.probes, answer),
          newProbes: [...state.newProbes, answer],
          probesMs: [...state.probesMs, figures.ms].slice(-keptProbes),
        }
      }
      case 'update': {
        const { update, window, frames, view = 'picture' } = event
        const thumbnails = new Map(state.frames.map(({ number, thumbnail }) => [number, thumbnail]))
        return {
          ...state,
          heldBefore: current && heldOf(current),
          current: {
            update,
            window,
            view,
            frames: frames.map((note) => {
              const thumbnail = thumbnails.get(note.number)
              return thumbnail ? { ...note, thumbnail } : note
            }),
            answers: Object.fromEntries(
              stageIds.map((id) => [id, isAsked(id, view) ? waiting(current?.answers[id]) : { state: 'empty' }]),
            ) as Record<StageId, AnswerState>,
            alternatives: {},
            tree: current?.tree ?? emptyTree,
            ...(current?.claims ? { claims: current.claims } : {}),
          },
        }
      }
      case 'measured': {
        const { update, faces, events } = event
        const measured = { faces, events }
        return withCurrent(state, (each) => {
          return each.update === update ? claimed({ ...each, measured }, state.heldBefore) : each
        })
      }
      case 'stage': {
        const asked = event.prompt === undefined ? {} : { prompt: event.prompt }
        return withCurrent(state, (current) =>
          // The words of the update before stand until the new answer begins.
          withAnswerOf(current, event, ({ text }) => ({ state: 'thinking', ...(text ? { text } : {}), ...asked })),
        )
      }
      case 'reused': {
        const finish = state.finishes[event.id] ?? 'end-of-text'
        const answer: AnswerState = { state: 'done', text: event.text, isReused: true, finish }
        return withCurrent(state, (current) =>
          refreshed(
            event.track,
            withAnswerOf(current, event, () => answer),
            state.heldBefore,
          ),
        )
      }
      case 'token':
        return withCurrent(state, (current) =>
          withAnswerOf(current, event, ({ state, text = '', prompt, firstTokenMs = event.ms }) => ({
            state: 'streaming',
            text: state === 'streaming' ? text + event.text : event.text,
            ...(prompt === undefined ? {} : { prompt }),
            firstTokenMs,
          })),
        )
      case 'answer': {
        const { text, finish, figures } = event
        const answered = ({ prompt }: AnswerState): AnswerState => ({
          state: finish === 'stopped' ? 'stopped' : 'done',
          text,
          ...(prompt === undefined ? {} : { prompt }),
          finish,
          firstTokenMs: figures.prefillMs,
          figures,
        })
        return {
          ...withCurrent(state, (current) =>
            refreshed(event.track, withAnswerOf(current, event, answered), state.heldBefore),
          ),
          finishes: { ...state.finishes, [event.id]: finish },
        }
      }
      case 'updated': {
        if (current?.update !== event.update) return state
        const { answers } = current
        // Words of the update before, shown while an answer was awaited, say nothing of this one.
        const own = Object.fromEntries(
          stageIds.map((id) => [id, isGiven(answers[id]) ? answers[id] : { state: 'empty' }]),
        )
        const all = claimed(
          { ...current, answers: own as Answers, tree: treeOf(event.track, own as Answers) },
          undefined,
        )
        return {
          ...state,
          finished: finishedUpdate(event.track, { ...all, answers }, state, event.figures, judge),
          newProbes: [],
          costs: [...state.costs, event.figures].slice(-keptCosts),
        }
      }
    }
  }

  return {
    take: (reading, event) => {
      if (!isOfTrack(event)) return takeOfSource(reading, event)
      const { track } = event
      const tracks = { ...reading.tracks, [track]: takeOfTrack(trackOf(reading, track), event) }
      const hasBegun = reading.phase.phase === 'warming' && (event.type === 'token' || event.type === 'probe')
      return { ...reading, tracks, ...(hasBegun ? { phase: { phase: 'running' } } : {}) }
    },
    withTrees: (reading) =>
      mapTracks(reading, (state, track) => withCurrent(state, (each) => refreshed(track, each, state.heldBefore))),
  }
}

/** After a stop or a failure: what was streaming is stopped, what never began keeps the words before it. */
export function settled(reading: Reading): Reading {
  return mapTracks(reading, (state) =>
    withCurrent({ ...state, coming: [] }, (current) => ({
      ...current,
      answers: Object.fromEntries(stageIds.map((id) => [id, settledAnswer(current.answers[id])])) as Answers,
    })),
  )
}

/**
 * Where a reading that was lost goes on, s: behind the frames that the window drops next, once an update about them is
 * finished. Undefined before that.
 *
 * @param settings of the reading; a frame stands in the middle of its interval
 */
export function resumeTimeS(
  { finished }: TrackReading,
  { framesPerSecond, hopFrames }: { readonly framesPerSecond: number; readonly hopFrames: number },
): number | undefined {
  const dropped = finished?.frames[hopFrames - 1]
  return dropped && dropped.timeS + 0.5 / framesPerSecond
}

/** What an update's answers are held against; undefined where nobody is followed. */
function heldOf({ measured, view, frames }: CurrentUpdate): Held | undefined {
  return measured && { measured, view, startS: frames[0]?.timeS ?? 0, endS: frames.at(-1)?.timeS ?? 0 }
}

function isOfTrack(event: ReadingEvent): event is TrackEvent {
  return 'track' in event
}

function takeOfSource(reading: Reading, event: Exclude<ReadingEvent, TrackEvent>): Reading {
  const { phase } = reading
  switch (event.type) {
    case 'opened': {
      const { width, height, clip, windows } = event
      const hasBegun = Object.values(reading.tracks).some((track) => track?.current)
      return {
        ...reading,
        source: { width, height, ...clip },
        ...(clip && windows ? { progress: { doneWindows: 0, windows, doneS: 0, totalS: clip.durationS } } : {}),
        phase: hasBegun ? phase : { phase: 'warming' },
      }
    }
    case 'notice': {
      const { type: _, ...notice } = event
      return { ...reading, notices: [...reading.notices, notice] }
    }
    case 'progress': {
      const { type: _, ...progress } = event
      return { ...reading, progress }
    }
    case 'lag': {
      const { lagS, passedOver } = event
      const isHeld = phase.phase === 'paused' || reading.picture !== 'there'
      const now =
        passedOver > reading.passedOver ? ({ phase: 'lagging', lagS } as const) : ({ phase: 'running' } as const)
      return { ...reading, passedOver, phase: isHeld ? phase : now }
    }
    case 'picture':
      return { ...reading, picture: event.picture }
    case 'paused':
      return { ...reading, phase: event.isPaused ? { phase: 'paused' } : { phase: 'running' } }
    case 'over':
      return { ...settled(reading), phase: { phase: 'over', reason: event.reason } }
    case 'failed':
      return settled(reading)
  }
}

function mapTracks(reading: Reading, change: (state: TrackReading, track: TrackId) => TrackReading): Reading {
  const tracks = (Object.keys(reading.tracks) as TrackId[]).map((track) => [
    track,
    change(trackOf(reading, track), track),
  ])
  return { ...reading, tracks: Object.fromEntries(tracks) }
}

function withCurrent(state: TrackReading, change: (current: CurrentUpdate) => CurrentUpdate): TrackReading {
  return state.current ? { ...state, current: change(state.current) } : state
}

/** Changes the answer at a place: the stage's own for the first candidate, one of its alternatives for the others. */
function withAnswerOf(
  current: CurrentUpdate,
  { id, candidate = 0 }: Place & { readonly id: StageId },
  change: (answer: AnswerState) => AnswerState,
): CurrentUpdate {
  if (candidate === 0) return { ...current, answers: { ...current.answers, [id]: change(current.answers[id]) } }
  const before = current.alternatives[id] ?? []
  const count = Math.max(before.length, candidate)
  const alternatives = Array.from({ length: count }, (_, index): AnswerState => {
    const answer = before[index] ?? { state: 'waiting' }
    return index === candidate - 1 ? change(answer) : answer
  })
  return { ...current, alternatives: { ...current.alternatives, [id]: alternatives } }
}

function waiting(before: AnswerState | undefined): AnswerState {
  return { state: 'waiting', ...(before?.text ? { text: before.text } : {}) }
}

function settledAnswer(answer: AnswerState): AnswerState {
  if (answer.state === 'streaming') return { ...answer, state: 'stopped' }
  if (answer.state !== 'waiting' && answer.state !== 'thinking') return answer
  return answer.text ? { state: 'done', text: answer.text } : { state: 'empty' }
}

function finishedUpdate(
  track: TrackId,
  { update, window, view, measured, frames, answers, alternatives, tree, claims }: CurrentUpdate,
  { newProbes }: TrackReading,
  figures: UpdateFigures,
  judge: () => Judge | undefined,
): FinishedUpdate {
  const summary = measured && judge()?.summaryOf(measured)
  const others = stageIds.flatMap((id) => {
    const given = (alternatives[id] ?? []).flatMap((answer) => givenAnswer(answer) ?? [])
    return given.length > 0 ? [[id, given] as const] : []
  })
  return {
    track,
    update,
    window,
    view,
    ...(summary ? { measured: summary } : {}),
    startS: frames[0]?.timeS ?? 0,
    endS: frames.at(-1)?.timeS ?? 0,
    frames,
    answers: Object.fromEntries(
      stageIds.flatMap((id) => {
        const given = givenAnswer(answers[id])
        return given ? [[id, given]] : []
      }),
    ),
    ...(others.length > 0 ? { alternatives: Object.fromEntries(others) } : {}),
    tree,
    ...(claims ? { claims } : {}),
    probes: newProbes,
    figures,
  }
}

function givenAnswer({ state, text, prompt, isReused = false, finish }: AnswerState): GivenAnswer | undefined {
  if (!isGiven({ state }) || text === undefined || !finish) return undefined
  return { text, ...(prompt === undefined ? {} : { prompt }), isReused, finish }
}

function isGiven({ state }: Pick<AnswerState, 'state'>): boolean {
  return state === 'done' || state === 'stopped'
}
