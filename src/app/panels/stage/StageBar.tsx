import type { Ref } from 'react'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { SelectField } from '../../controls/Fields.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { Name } from '../../controls/Name.tsx'
import { formatLeft, formatTime, formatWhole } from '../../format.ts'
import { isActive, runText } from '../../run-text.ts'
import type { Source } from '../../session/session-state.ts'
import { shownName } from '../../shown-name.ts'
import { viewOf } from '../../shown-view.ts'
import { useStore } from '../../store.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { usePage } from '../../view.ts'
import { ReadFromHere } from '../timeline/ReadFromHere.tsx'
import { runIcons } from './run-icons.ts'
import styles from './StageBar.module.css'
import { useFollowedRate } from './use-followed-rate.ts'
import { words } from './words.ts'

interface Props {
  readonly source: Source
  /** The button that starts, pauses and resumes. */
  readonly main: Ref<HTMLButtonElement>
}

/** The controls of what is watched, its name, and what is drawn over it. */
export function StageBar({ source, main }: Props) {
  const isNarrow = useMedia(narrow)
  return (
    <div className={styles.bar}>
      <RunButtons source={source} main={main} />
      <SourceFacts source={source} />
      <Figures source={source} />
      <ReadFromHere className={styles.from} />
      {/* Phones have no room for these beside the name of the source: they stand among all actions. */}
      {!isNarrow && <Toggles />}
    </div>
  )
}

function RunButtons({ source, main }: Props) {
  const page = usePage()
  const { store } = page.session
  const run = useStore(store, (state) => state.run)
  const startTitle = useStore(store, actionOf('start-pause').title)
  const canStart = useStore(store, actionOf('start-pause').isEnabled)
  const canStop = useStore(store, actionOf('stop').isEnabled)
  const areKeysOn = useStore(store, (state) => state.settings.areKeysOn)

  const isGoing = isActive(run) && run.state !== 'paused'
  const isUnasked = source.kind === 'drawn' && source.isUnasked
  const isAgain = source.kind === 'stopped' || run.state === 'over' || run.state === 'failed'
  const startIcon: IconName = isGoing ? 'pause' : isAgain ? 'again' : 'play'
  return (
    <div className={styles.run}>
      <Button
        ref={main}
        kind={isGoing ? 'plain' : 'primary'}
        className={styles.button}
        disabled={!canStart}
        onClick={() => runAction(page, actionOf('start-pause'))}
        aria-keyshortcuts={shortcutOf(actionOf('start-pause'), areKeysOn)}
      >
        <Icon name={startIcon} />
        {/* Where there is little room the icon stands alone, but for the one thing that there is to do. */}
        <span className={isGoing ? styles.word : undefined}>{startTitle}</span>
      </Button>
      {/* A drawing that nobody asked for can be paused; there is nothing of the visitor's to be stopped. */}
      {!isUnasked && (
        <Button
          className={styles.button}
          disabled={!canStop}
          onClick={() => runAction(page, actionOf('stop'))}
          aria-keyshortcuts={shortcutOf(actionOf('stop'), areKeysOn)}
        >
          <Icon name="stop" />
          <span className={styles.word}>{words.stop}</span>
        </Button>
      )}
    </div>
  )
}

/** The name of the source with its length; of cameras, where there are several, the choice of one. */
function SourceFacts({ source }: { readonly source: Source }) {
  const { store, actions } = usePage().session
  const clip = useStore(store, (state) => state.clip)
  const cameras = useStore(store, (state) => state.cameras)
  if (source.kind === 'camera' && cameras.length > 1) {
    return (
      <div className={styles.device}>
        <SelectField
          label={words.camera}
          isLabelHidden
          value={source.deviceId}
          options={cameras.map(({ deviceId, label }) => ({ id: deviceId, title: shownName(label) }))}
          onChange={(id) => void actions.openCamera(id)}
        />
      </div>
    )
  }
  if (source.kind === 'drawn') return <StateBeside />
  return (
    <p className={styles.facts}>
      <Name className={styles.name}>{source.name}</Name>
      {source.kind === 'file' && clip?.durationS !== undefined && (
        <span className={styles.length} title={words.size(clip.width, clip.height, clip.codec)}>
          {clip.isStillImage ? words.picture : formatTime(clip.durationS)}
        </span>
      )}
    </p>
  )
}

/** What the reading does, on narrow screens, where the drawn face leaves no room for it on the picture. */
function StateBeside() {
  const { store } = usePage().session
  const run = useStore(store, (state) => state.run)
  const picture = useStore(store, (state) => state.picture)
  const { text, form } = runText(run, picture)
  return (
    <p className={styles.state}>
      <Icon name={runIcons[form]} isFilled={form === 'running'} />
      {text}
    </p>
  )
}

/** How far a file has been read; of a live source how many pictures a second are followed. */
function Figures({ source }: { readonly source: Source }) {
  return <p className={styles.figures}>{source.kind === 'file' ? <FileProgress /> : <FollowedRate />}</p>
}

function FollowedRate() {
  const rate = useFollowedRate()
  return rate !== undefined && <span title={words.rateHint}>{words.rate(rate)}</span>
}

function FileProgress() {
  const { store } = usePage().session
  const progress = useStore(store, (state) => state.progress)
  const isOn = useStore(store, ({ run }) => isActive(run))
  if (!progress || progress.windows === 0) return null
  const { doneWindows, windows, leftS } = progress
  const all = formatWhole(windows)
  return (
    <>
      <span>
        {isOn
          ? words.window(formatWhole(Math.min(doneWindows + 1, windows)), all)
          : words.windowsRead(formatWhole(doneWindows), all, windows === 1)}
      </span>
      {isOn && leftS !== undefined && <span className={styles.left}>{formatLeft(leftS)}</span>}
    </>
  )
}

/** What is drawn over the picture: the twin, where the model is shown one, and the outlines of faces. */
function Toggles() {
  const { store, actions } = usePage().session
  const settings = useStore(store, (state) => state.settings.faces)
  const hasTwin = useStore(store, (state) => viewOf(state) === 'twin')
  const hasFaces = useStore(store, ({ faces: { status } }) => status.state !== 'off' && status.state !== 'failed')
  const toggles = [
    { title: words.twin, hint: words.twinHint, name: 'isTwinShown', isHere: hasTwin },
    { title: words.boxes, hint: words.boxesHint, name: 'areOutlinesShown', isHere: hasFaces },
  ] as const
  return (
    <div className={styles.toggles}>
      {toggles
        .filter(({ isHere }) => isHere)
        .map(({ title, hint, name }) => (
          <button
            key={name}
            type="button"
            className={styles.toggle}
            aria-pressed={settings[name]}
            title={hint}
            onClick={() => actions.changeSettings({ faces: { ...settings, [name]: !settings[name] } })}
          >
            {title}
          </button>
        ))}
    </div>
  )
}
