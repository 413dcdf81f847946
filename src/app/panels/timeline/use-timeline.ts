import { useMemo } from 'react'
import { isLive, type Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'
import { type Lane, lanesOf } from './lanes.ts'
import { fileScale, liveScale, type TimeScale } from './time-scale.ts'

/** How often the axis of a live source grows, ms: as often as frames are read. */
const growEveryMs = 500

export interface TimelineFacts {
  readonly lanes: readonly Lane[]
  readonly scale: TimeScale
  readonly isFile: boolean
  /** One step of the arrow keys, s: a frame of a file. */
  readonly stepS: number
}

/** What the timeline shows of a source. */
export function useTimeline(source: Source | undefined): TimelineFacts {
  const { session, view } = usePage()
  const { store } = session
  const recording = useStore(store, (state) => state.recording)
  const opened = useStore(store, (state) => state.opened)
  const clip = useStore(store, (state) => state.clip)
  const player = useStore(view, (state) => state.player)
  const newestS = useThrottled(store, (state) => state.frames.at(-1)?.timeS ?? 0, growEveryMs)
  const lanes = useMemo(() => lanesOf(recording, opened), [recording, opened])
  const isFile = source !== undefined && !isLive(source) && source.kind === 'file'
  const readToS = Math.max(newestS, ...lanes.map(({ runs }) => runs.at(-1)?.toS ?? 0))
  const clipS = isFile ? (clip?.durationS ?? player?.duration) : undefined
  const { fromS, toS } = isFile ? fileScale(clipS, readToS) : liveScale(readToS)
  const scale = useMemo(() => ({ fromS, toS }), [fromS, toS])
  return { lanes, scale, isFile, stepS: 1 / (clip?.framesPerSecond ?? 30) }
}
