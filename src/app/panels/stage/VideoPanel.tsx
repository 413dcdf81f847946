import { useEffect, useRef } from 'react'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { ActionMenu } from '../../controls/ActionMenu.tsx'
import { Button } from '../../controls/Button.tsx'
import { SelectField } from '../../controls/Fields.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { Name } from '../../controls/Name.tsx'
import { formatLeft, formatTime, formatWhole } from '../../format.ts'
import { isActive, type RunForm, runText } from '../../run-text.ts'
import { isLive, type Source } from '../../session/session-state.ts'
import { shownName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { DrawnFacePanel } from '../drawn/DrawnFacePanel.tsx'
import { FacesOverlay } from '../FaceParts.tsx'
import { FileList } from '../sources/FileList.tsx'
import { Welcome } from '../sources/Welcome.tsx'
import { Hud } from './Hud.tsx'
import { PictureNotice } from './PictureNotice.tsx'
import { DrawnPreview, FilePreview, LivePreview, StoppedPreview } from './Preview.tsx'
import styles from './VideoPanel.module.css'

/** The source on show, or the choice of one. */
export function VideoPanel() {
  const { session } = usePage()
  // Selects nothing that changes during a reading: the drawn face has many controls to re-render.
  const source = useStore(session.store, (state) => state.source)
  return (
    <section className={styles.panel} aria-label="Video">
      {source ? (
        <>
          <WatchBar source={source} />
          {source.kind === 'drawn' ? (
            <DrawnFacePanel isUnasked={source.isUnasked}>
              <Picture source={source} />
            </DrawnFacePanel>
          ) : (
            <Picture source={source} />
          )}
          <PictureNotice />
          <FileProgress />
          <FileNotices />
        </>
      ) : (
        <Welcome />
      )}
      <Failure />
      <FileList />
    </section>
  )
}

/** Why the reading ended. */
function Failure() {
  const { store } = usePage().session
  const error = useStore(store, ({ run, load }) => {
    // A lost model is reported where it can be loaded again, and not here as well.
    const isTold = run.state === 'failed' && load.state === 'failed' && load.error === run.error
    return run.state === 'failed' && !isTold ? run.error : undefined
  })
  return error && <Message tone="danger" title="The reading ended" error={error} />
}

/** Name of the source, and the buttons for it. */
function WatchBar({ source }: { readonly source: Source }) {
  const page = usePage()
  const { store, actions } = page.session
  const run = useStore(store, (state) => state.run)
  const clip = useStore(store, (state) => state.clip)
  const cameras = useStore(store, (state) => state.cameras)
  const startTitle = useStore(store, actionOf('start-pause').title)
  const canStart = useStore(store, actionOf('start-pause').isEnabled)
  const canStop = useStore(store, actionOf('stop').isEnabled)
  const areKeysOn = useStore(store, (state) => state.settings.areKeysOn)
  const main = useRef<HTMLButtonElement>(null)

  const isAsked = !(source.kind === 'drawn' && source.isUnasked)
  useEffect(() => {
    // The button that was pressed is gone: the one in its place takes the focus, unless another element has it.
    if (isAsked && document.activeElement === document.body) main.current?.focus({ preventScroll: true })
  }, [isAsked])

  const startIcon: IconName =
    isActive(run) && run.state !== 'paused' ? 'pause' : startTitle === 'Read again' ? 'again' : 'play'
  return (
    <div className={styles.bar}>
      {isLive(source) && <LiveMark source={source} />}
      {source.kind === 'camera' && cameras.length > 1 ? (
        <div className={styles.device}>
          <SelectField
            label="Camera"
            isLabelHidden
            value={source.deviceId}
            options={cameras.map(({ deviceId, label }) => ({ id: deviceId, title: shownName(label) }))}
            onChange={(id) => void actions.openCamera(id)}
          />
        </div>
      ) : (
        <p className={styles.facts}>
          {source.kind !== 'drawn' && <Name className={styles.name}>{source.name}</Name>}
          {clip?.durationS !== undefined && (
            <span
              className={styles.length}
              title={`${clip.width} × ${clip.height}${clip.codec ? `, ${clip.codec}` : ''}`}
            >
              · {clip.isStillImage ? 'picture' : formatTime(clip.durationS)}
            </span>
          )}
        </p>
      )}
      <div className={styles.controls}>
        <Button
          ref={main}
          kind={isActive(run) && run.state !== 'paused' ? 'plain' : 'primary'}
          disabled={!canStart}
          onClick={() => runAction(page, actionOf('start-pause'))}
          aria-keyshortcuts={shortcutOf(actionOf('start-pause'), areKeysOn)}
        >
          <Icon name={startIcon} />
          {startTitle}
        </Button>
        <Button
          disabled={!canStop}
          onClick={() => runAction(page, actionOf('stop'))}
          aria-keyshortcuts={shortcutOf(actionOf('stop'), areKeysOn)}
        >
          <Icon name="stop" />
          Stop
        </Button>
        <ActionMenu label="Source" kind="plain" group="Source">
          Source
          <Icon name="down" />
        </ActionMenu>
      </div>
    </div>
  )
}

/** Shown while a camera or a screen is captured, read or not; of a drawing it says that nobody is shown. */
function LiveMark({ source }: { readonly source: Extract<Source, { readonly stream: MediaStream }> }) {
  if (source.kind === 'drawn') {
    return (
      <p className={styles.drawn} title="This face is drawn: no camera is on">
        <Icon name="face" />
        {source.name}
      </p>
    )
  }
  return (
    <p className={styles.live} title={source.kind === 'camera' ? 'The camera is on' : 'A screen or tab is shared'}>
      live
    </p>
  )
}

const icons: Readonly<Record<RunForm, IconName>> = {
  idle: 'idle',
  waiting: 'waiting',
  warming: 'warming',
  running: 'play',
  lagging: 'lagging',
  paused: 'pause',
  recovering: 'again',
  over: 'check',
  failed: 'wrong',
}

function Picture({ source }: { readonly source: Source }) {
  const { store } = usePage().session
  const run = useStore(store, (state) => state.run)
  const clip = useStore(store, (state) => state.clip)
  const picture = useStore(store, (state) => state.picture)
  const { text, form } = runText(run, picture)
  return (
    <div className={styles.ring} data-form={form}>
      <div
        className={styles.picture}
        data-picture
        data-square={source.kind === 'drawn' || undefined}
        data-blind={picture !== 'there' || undefined}
        style={clip && { aspectRatio: `${clip.width} / ${clip.height}` }}
      >
        <Preview source={source} />
        <FacesOverlay />
        <p className={styles.chip} data-form={form}>
          <Icon name={icons[form]} isFilled={form === 'running'} />
          {text}
        </p>
        <Hud />
      </div>
    </div>
  )
}

function Preview({ source }: { readonly source: Source }) {
  switch (source.kind) {
    case 'file':
      return <FilePreview key={source.url} source={source} />
    case 'drawn':
      return <DrawnPreview source={source} />
    case 'stopped':
      return <StoppedPreview source={source} />
    default:
      return <LivePreview source={source} />
  }
}

/** Parts of a file that could not be read, and why; the reading goes on. */
function FileNotices() {
  const { store } = usePage().session
  const notices = useStore(store, (state) => state.fileNotices)
  if (notices.length === 0) return null
  return (
    <Message tone="warn" title="Not all of this file can be read">
      {notices.map((notice) => (
        <p key={notice}>{notice}</p>
      ))}
    </Message>
  )
}

/** How far a file has been read. */
function FileProgress() {
  const { store } = usePage().session
  const progress = useStore(store, (state) => state.progress)
  const run = useStore(store, (state) => state.run)
  if (!progress || progress.windows === 0) return null
  const { doneWindows, windows, doneS, totalS, leftS } = progress
  const isOn = isActive(run)
  const [at, all] = [formatWhole(Math.min(doneWindows + 1, windows)), formatWhole(windows)]
  return (
    <div className={styles.progress}>
      <progress className={styles.line} value={doneWindows} max={windows} aria-labelledby="file-progress" />
      <p id="file-progress" className={styles.figures}>
        <span>
          {isOn
            ? `Window ${at} of ${all}`
            : `${formatWhole(doneWindows)} of ${all} ${windows === 1 ? 'window' : 'windows'}`}
        </span>
        <span>
          {formatTime(doneS)} of {formatTime(totalS)}
        </span>
        {isOn && leftS !== undefined && <span>{formatLeft(leftS)}</span>}
      </p>
    </div>
  )
}
