import type { Claim } from '../../../affect/claims.ts'
import type { StageId } from '../../../affect/stages.ts'
import type { TrackId } from '../../../affect/track.ts'
import { type AffectiveTree, emptyTree } from '../../../affect/tree.ts'
import type { View } from '../../../affect/view.ts'
import type { AnswerState, CurrentUpdate, UpdateFrame } from '../../../reading/reading.ts'
import type { RecordedReading } from '../../session/session-state.ts'
import { emotionsOf, useRecorded, useShown } from '../../shown.ts'
import { viewOf } from '../../shown-view.ts'
import { useStore } from '../../store.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'

/** The tree grows with the text, but is rendered at most this often. */
const treeEveryMs = 250

/** The reading of which *Why* tells. */
export interface ShownReading {
  /** Of what it is; another one has other rows. */
  readonly scope: string
  readonly recorded: RecordedReading | undefined
  readonly track: TrackId
  readonly view: View
  readonly tree: AffectiveTree
  readonly claims: readonly Claim[]
  readonly frames: readonly UpdateFrame[]
  readonly answerOf: (id: StageId) => AnswerState
  /** The finished text of a stage; undefined where it may still stream. */
  readonly textOf: (id: StageId) => string | undefined
}

const nothing: AnswerState = { state: 'empty' }
const noClaims: readonly Claim[] = []
const noFrames: readonly UpdateFrame[] = []

/** What is on show of the newest reading, or the earlier one that a person looks at; nothing of a time that was not read. */
export function useShownReading(): ShownReading {
  const { session } = usePage()
  const { store } = session
  const shownTrack = useStore(store, (state) => state.shownTrack)
  const opened = useStore(store, (state) => state.opened)
  const currentView = useStore(store, viewOf)
  const isUnread = useShown().kind === 'unread'
  const throttled = useThrottled(store, (state) => state.current, treeEveryMs)
  // What the headline follows at once is here at once, too: the two never name different emotions.
  const key = useStore(store, ({ current, shownTrack }) => keyOf(shownTrack, current))
  const recorded = useRecorded()
  const current = keyOf(shownTrack, throttled) === key ? throttled : store.get().current
  if (recorded) {
    const { update, track, view, tree, claims = noClaims, answers } = recorded
    return {
      scope: `recorded/${update}`,
      recorded,
      track,
      view,
      tree,
      claims,
      frames: recorded.frames.map(({ timeS }, number) => ({ number, timeS })),
      answerOf: (id) => {
        const answer = answers[id]
        return answer ? { state: 'done', ...answer } : nothing
      },
      textOf: (id) => answers[id]?.text ?? '',
    }
  }
  const shown = isUnread ? undefined : current
  return {
    scope: isUnread ? 'unread' : `${opened}/${shownTrack}`,
    recorded: undefined,
    track: shownTrack,
    view: currentView,
    tree: shown?.tree ?? emptyTree,
    claims: shown?.claims ?? noClaims,
    frames: shown?.frames ?? noFrames,
    answerOf: (id) => shown?.answers[id] ?? nothing,
    textOf: () => (isUnread ? '' : undefined),
  }
}

/** Says whether two states name the same emotions of the same face, in answers of the same stage of completion. */
function keyOf(track: TrackId, current: CurrentUpdate | undefined): string {
  if (!current) return ''
  const states = Object.values(current.answers).map(({ state }) => state)
  const named = emotionsOf(current.tree).map(({ label }) => label)
  return [track, current.update, ...states, ...named].join(' ')
}
