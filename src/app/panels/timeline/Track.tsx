import { type CSSProperties, type KeyboardEvent, memo, type PointerEvent, useEffect, useMemo, useRef } from 'react'
import { wholePicture } from '../../../affect/track.ts'
import { emotionHue, emotionWord } from '../../emotion-hue.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { type Lane, nextStart } from './lanes.ts'
import { listenToPlayhead, playheadS, playheadText } from './playhead.ts'
import { seekTo, showNewest } from './playing.ts'
import styles from './Track.module.css'
import { axisTime, shareOf, ticksOf, timeAt } from './time-scale.ts'
import type { TimelineFacts } from './use-timeline.ts'
import { words } from './words.ts'

/** Where no reading tells how long it is, Shift and an arrow go this far, s. */
const spanS = 5
const mostTicks = 8

interface Props {
  readonly timeline: TimelineFacts
  /** One lane only, of who is read, and no axis: for narrow screens. */
  readonly isBrief?: boolean
}

/** The lanes and the playhead over one axis: a slider, which only reviews. */
export function Track({ timeline, isBrief = false }: Props) {
  const page = usePage()
  const { lanes, scale, isFile, stepS } = timeline
  const shownTrack = useStore(page.session.store, (state) => state.shownTrack)
  const player = useStore(page.view, (state) => state.player)
  const slider = useRef<HTMLDivElement>(null)
  const area = useRef<HTMLDivElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const lane = lanes.find(({ track }) => track === shownTrack) ?? lanes[0]
  const shownLanes = isBrief && lane ? [lane] : lanes

  // biome-ignore lint/correctness/useExhaustiveDependencies: another player is listened to anew
  useEffect(() => {
    const place = () => {
      const timeS = playheadS(page)
      if (head.current) head.current.style.left = `${shareOf(scale, timeS) * 100}%`
      const element = slider.current
      // Rounded, so that a playing video does not tell of every frame.
      const told = Math.round(timeS * 10) / 10
      if (element && element.ariaValueNow !== String(told)) {
        element.ariaValueNow = String(told)
        element.ariaValueText = playheadText(lane, timeS)
      }
    }
    if (slider.current) slider.current.ariaValueText = playheadText(lane, playheadS(page))
    place()
    return listenToPlayhead(page, place)
  }, [page, scale, lane, player])

  const goTo = (timeS: number) => {
    const newestS = lanes.reduce((most, { runs }) => Math.max(most, runs.at(-1)?.toS ?? 0), 0)
    // Live, what comes after the newest reading is now.
    if (!isFile && timeS >= newestS) showNewest(page)
    else seekTo(page, Math.min(scale.toS, Math.max(scale.fromS, timeS)))
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const box = area.current?.getBoundingClientRect()
    if (!box || box.width === 0) return
    goTo(timeAt(scale, (event.clientX - box.left) / box.width))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const nowS = playheadS(page)
    const stepped = (direction: -1 | 1) => {
      if (isFile) player?.pause()
      if (!event.shiftKey) return nowS + direction * stepS
      return (lane && nextStart(lane, nowS, direction)) ?? nowS + direction * spanS
    }
    const places: Readonly<Record<string, () => number>> = {
      ArrowRight: () => stepped(1),
      ArrowUp: () => stepped(1),
      ArrowLeft: () => stepped(-1),
      ArrowDown: () => stepped(-1),
      Home: () => scale.fromS,
      End: () => scale.toS,
    }
    if (!Object.hasOwn(places, event.key)) return
    event.preventDefault()
    goTo(places[event.key]())
  }
  return (
    <div
      ref={slider}
      className={styles.slider}
      data-brief={isBrief || undefined}
      data-named={shownLanes.some(({ track }) => track !== wholePicture) || undefined}
      role="slider"
      tabIndex={0}
      aria-label={words.slider}
      aria-valuemin={scale.fromS}
      aria-valuemax={scale.toS}
      aria-valuenow={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        onPointer(event)
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && onPointer(event)}
    >
      <div className={styles.room} aria-hidden="true">
        <div
          className={styles.lanes}
          style={{ '--from': scale.fromS, '--length': scale.toS - scale.fromS } as CSSProperties}
        >
          <Lanes lanes={shownLanes} />
        </div>
        <div ref={area} className={styles.area}>
          <div ref={head} className={styles.head} />
        </div>
      </div>
      {!isBrief && <Axis timeline={timeline} />}
    </div>
  )
}

/** Placed by properties of the area around it, so that an axis that grows renders none of them anew. */
const Lanes = memo(function Lanes({ lanes }: { readonly lanes: readonly Lane[] }) {
  if (lanes.length === 0) return <div className={styles.lane} />
  return lanes.map(({ track, runs }) => (
    <div key={track} className={styles.row}>
      <span className={styles.name}>{track === wholePicture ? '' : track.slice('face-'.length)}</span>
      <div className={styles.lane}>
        {runs.map(({ fromS, toS, label }) => (
          <span
            key={fromS}
            className={styles.run}
            data-hue={label === undefined ? 'other' : emotionHue(label)}
            data-unnamed={label === undefined || undefined}
            style={{ '--at': fromS, '--for': toS - fromS } as CSSProperties}
          >
            <span className={styles.word}>{label === undefined ? words.noEmotion : emotionWord(label)}</span>
          </span>
        ))}
      </div>
    </div>
  ))
})

function Axis({ timeline: { scale } }: Pick<Props, 'timeline'>) {
  const ticks = useMemo(() => ticksOf(scale, mostTicks), [scale])
  return (
    <div className={styles.axis} aria-hidden="true">
      {ticks.map((timeS) => (
        <span key={timeS} className={styles.tick} style={{ left: `${shareOf(scale, timeS) * 100}%` }}>
          {axisTime(timeS)}
        </span>
      ))}
    </div>
  )
}
