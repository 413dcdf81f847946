import { Fragment, useEffect, useRef } from 'react'
import { wholePicture } from '../../../affect/track.ts'
import { exporters } from '../../../reading/exporters/index.ts'
import { actionOf, runAction } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Name } from '../../controls/Name.tsx'
import { emotionHue, emotionWord } from '../../emotion-hue.ts'
import { faceName, formatSpan } from '../../format.ts'
import type { RecordedReading } from '../../session/session-state.ts'
import { emotionsOf } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { reviewReading } from './playing.ts'
import styles from './RecordingList.module.css'
import { words } from './words.ts'

interface ListProps {
  /** Called when a reading was chosen to be looked at. */
  readonly onShow: () => void
}

/** The finished readings of all sources, newest first; each can be looked at again. */
export function RecordingList({ onShow }: ListProps) {
  const page = usePage()
  const recording = useStore(page.session.store, (state) => state.recording)
  const shown = useStore(page.view, ({ review }) => (review?.kind === 'reading' ? review.update : undefined))
  if (recording.length === 0) return <p className={styles.none}>{words.noReadings}</p>
  const show = (reading: RecordedReading) => {
    reviewReading(page, reading)
    onShow()
  }
  const groups = bySource(recording)
  return (
    <section className={styles.recording} aria-label={words.readings}>
      <div className={styles.tools}>
        {exporters.map(({ id, title }) => (
          <Button key={id} kind="quiet" onClick={() => void page.session.actions.downloadRecording(id)}>
            <Icon name="download" />
            {title}
          </Button>
        ))}
        <Button
          kind="quiet"
          onClick={() => {
            onShow()
            runAction(page, actionOf('erase'))
          }}
        >
          <Icon name="erase" />
          {words.erase}
        </Button>
      </div>
      <div className={styles.groups}>
        {groups.map((readings) => (
          <Fragment key={readings[0].update}>
            <h3 className={styles.source}>
              <Name>{readings[0].source.name}</Name>
              <span className={styles.of}>{readings.length}</span>
            </h3>
            <ol className={styles.list}>
              {readings.map((reading) => (
                <li key={reading.update}>
                  <Reading reading={reading} isShown={reading.update === shown} onPress={() => show(reading)} />
                </li>
              ))}
            </ol>
          </Fragment>
        ))}
      </div>
    </section>
  )
}

/** Readings grouped by source, newest first. */
function bySource(recording: readonly RecordedReading[]): readonly (readonly RecordedReading[])[] {
  const groups: RecordedReading[][] = []
  for (const reading of [...recording].reverse()) {
    const last = groups.at(-1)
    if (last?.[0].opened === reading.opened) last.push(reading)
    else groups.push([reading])
  }
  return groups
}

interface ReadingProps {
  readonly reading: RecordedReading
  readonly isShown: boolean
  readonly onPress: () => void
}

function Reading({ reading, isShown, onPress }: ReadingProps) {
  const emotions = emotionsOf(reading.tree)
  return (
    <button type="button" className={styles.reading} aria-pressed={isShown} onClick={onPress}>
      <Thumbnail blob={reading.frames[Math.floor(reading.frames.length / 2)]?.thumbnail} />
      <span className={styles.span}>
        {reading.track !== wholePicture && `${faceName(reading.track)} · `}
        {formatSpan(reading.startS, reading.endS)}
      </span>
      {emotions.length === 0 ? (
        <span className={styles.none}>{words.noEmotion}</span>
      ) : (
        <span className={styles.labels}>
          {emotions.map(({ person, label }) => (
            <span key={person} className={styles.label} data-hue={emotionHue(label)}>
              {emotionWord(label)}
            </span>
          ))}
        </span>
      )}
    </button>
  )
}

function Thumbnail({ blob }: { readonly blob: Blob | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let isGone = false
    if (blob) {
      createImageBitmap(blob)
        .then((image) => {
          const element = canvas.current
          if (!isGone && element) {
            const scale = Math.max(element.width / image.width, element.height / image.height)
            const [width, height] = [image.width * scale, image.height * scale]
            const [left, top] = [(element.width - width) / 2, (element.height - height) / 2]
            element.getContext('2d')?.drawImage(image, left, top, width, height)
          }
          image.close()
        })
        // A thumbnail that cannot be decoded leaves its place empty.
        .catch(() => undefined)
    }
    return () => {
      isGone = true
    }
  }, [blob])
  return <canvas ref={canvas} className={styles.thumbnail} width={88} height={66} />
}
