import { type ChangeEvent, useEffect, useRef, useState } from 'react'
import { formatSeconds } from '../format.ts'
import { isBusy, type RunState, type Session, sampleName } from '../session.ts'
import { useStore } from '../store.ts'
import { Button } from './Button.tsx'
import { Message } from './Message.tsx'
import styles from './SourcePanel.module.css'

/** Where a video comes in and is watched. */
export function SourcePanel({ session }: { readonly session: Session }) {
  const source = useStore(session.store, (state) => state.source)
  const run = useStore(session.store, (state) => state.run)
  const clip = useStore(session.store, (state) => state.clip)
  const picker = useRef<HTMLInputElement>(null)
  const mainButton = useRef<HTMLButtonElement>(null)
  const isDropping = useDrop((file) => void session.open(file, file.name))

  const hasSource = source !== undefined
  useEffect(() => {
    // The button that was pressed is gone; its successor takes the focus, unless that is elsewhere.
    if (hasSource && document.activeElement === document.body) mainButton.current?.focus({ preventScroll: true })
  }, [hasSource])

  const onPick = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    // Emptied, so that choosing the same file again is heard of.
    event.target.value = ''
    if (file) void session.open(file, file.name)
  }
  const pick = () => picker.current?.click()
  const openSample = () => void session.openSample()

  return (
    <section className={styles.panel} data-empty={!hasSource || undefined} aria-label="Video">
      <input
        ref={picker}
        className={styles.picker}
        type="file"
        accept="video/*,.mkv"
        onChange={onPick}
        aria-label="Video file"
        tabIndex={-1}
      />
      {source ? (
        <>
          <div
            className={styles.stage}
            data-state={run.state}
            data-dropping={isDropping || undefined}
            style={clip && { aspectRatio: `${clip.width} / ${clip.height}` }}
          >
            {/* Of an empty file the browser would only complain. */}
            {source.file.size > 0 && <Preview url={source.url} name={source.name} />}
            <p className={styles.chip} data-busy={isBusy(run) || undefined}>
              {runText(run)}
            </p>
          </div>
          <div className={styles.controls}>
            <p className={styles.facts} title={clip && `${clip.width} × ${clip.height}, ${clip.codec}`}>
              <span className={styles.name}>{source.name}</span>
              {clip && ` · ${formatSeconds(clip.durationS)}`}
            </p>
            {isBusy(run) ? (
              <Button
                ref={mainButton}
                kind="primary"
                onClick={() => session.stop()}
                disabled={run.state === 'stopping'}
                aria-keyshortcuts="Escape"
              >
                Stop
              </Button>
            ) : (
              <Button ref={mainButton} kind="primary" onClick={() => void session.read()}>
                Read again
              </Button>
            )}
            <Button onClick={pick}>Open a video</Button>
            {source.name !== sampleName && <Button onClick={openSample}>Sample clip</Button>}
          </div>
        </>
      ) : (
        <div className={styles.welcome} data-dropping={isDropping || undefined}>
          <Face />
          <h2 className={styles.invitation}>{isDropping ? 'Drop it here' : 'Open a video of a face'}</h2>
          <p className={styles.explanation}>
            Sixteen moments of it are read on this device: what the face looks like, what it does, and what it appears
            to express. Drop a file here, or choose one.
          </p>
          <div className={styles.choices}>
            <Button kind="primary" onClick={pick}>
              Open a video
            </Button>
            <Button onClick={openSample}>Try the sample clip</Button>
          </div>
        </div>
      )}
      {run.state === 'failed' && <Message tone="danger" error={run.error} />}
    </section>
  )
}

function Preview({ url, name }: { readonly url: string; readonly name: string }) {
  const video = useRef<HTMLVideoElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each video starts anew
  useEffect(() => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    // A browser that refuses to play by itself shows the first frame and its controls.
    video.current?.play().catch(() => undefined)
  }, [url])
  return <video ref={video} className={styles.video} src={url} aria-label={name} controls loop muted playsInline />
}

/** What a reading is doing, in words. */
function runText(run: RunState): string {
  switch (run.state) {
    case 'idle':
      return 'Ready'
    case 'queued':
      return 'Waiting for the model'
    case 'opening':
      return 'Opening the video'
    case 'encoding':
      return run.done === 0 ? 'Looking at the first frames' : `Looking: pair ${run.done} of ${run.of}`
    case 'answering':
      return `Reading: ${run.id}`
    case 'stopping':
      return 'Stopping'
    case 'over':
      return run.stopped ? 'Stopped' : 'Done'
    case 'failed':
      return 'Failed'
  }
}

/** Takes files dropped anywhere on the page; true while one hovers over it. */
function useDrop(onFile: (file: File) => void): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef(onFile)
  latest.current = onFile
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file) latest.current(file)
    }
    addEventListener('dragover', onDragOver)
    addEventListener('dragleave', onDragLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onDragOver)
      removeEventListener('dragleave', onDragLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
  return isOver
}

/** A drawn face, nobody's. */
function Face() {
  return (
    <svg className={styles.face} viewBox="0 0 120 120" aria-hidden="true" focusable="false">
      <path d="M60 14c25 0 37 18 37 42 0 28-17 50-37 50S23 84 23 56c0-24 12-42 37-42Z" />
      <path className={styles.feature} d="M37 47c4-4 11-5 16-2M67 45c5-3 12-2 16 2" />
      <path className={styles.feature} d="M45 80c8 8 22 8 30 0" />
      <path className={styles.feature} d="M60 54v12" />
      <circle cx="45" cy="56" r="3" />
      <circle cx="75" cy="56" r="3" />
    </svg>
  )
}
