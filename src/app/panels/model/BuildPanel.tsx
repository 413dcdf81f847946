import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { folderOfFiles } from '../../../build-worker/checkpoint-pick.ts'
import type { BuildOffer } from '../../../build-worker/protocol.ts'
import { type Dtype, dtypes } from '../../../manifest/manifest.ts'
import type { BuildState } from '../../build-session.ts'
import { hasRoom, keptText, roomText, statesLicense, stepText } from '../../build-text.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { AddressField, SelectField } from '../../controls/Fields.tsx'
import { FilePicker } from '../../controls/FilePicker.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { ProgressBar } from '../../controls/ProgressBar.tsx'
import { formatBytes, formatCount } from '../../format.ts'
import type { ShownWait } from '../../server-wait.ts'
import { useStore } from '../../store.ts'
import { useAnnounced } from '../../use-announced.ts'
import { useFolderDrop } from '../../use-folder-drop.ts'
import { usePage } from '../../view.ts'
import styles from './BuildPanel.module.css'
import { ServerWaitNote } from './ServerWaitNote.tsx'
import { StoredModels } from './StoredModels.tsx'
import { words } from './words.ts'

const text = words.checkpoint

const official = 'KlingTeam/VidEmo-3B'

/** Builds a bundle from a checkpoint in this browser, and lists what is stored. */
export function BuildPanel() {
  const { session, buildSession } = usePage()
  const build = useStore(buildSession.store, (state) => state.build)
  const isBuilt = build.state === 'built'
  useEffect(() => void buildSession.refresh(), [buildSession])
  // The bundle that was just built belongs in the list.
  useEffect(() => {
    if (isBuilt) void session.actions.lookAtStorage()
  }, [session, isBuilt])
  const content = useFocusAt(build.state)
  useAnnounced(announced(build))
  return (
    <>
      <div ref={content} tabIndex={-1} className={styles.content}>
        <Step build={build} />
      </div>
      <StoredModels />
    </>
  )
}

/** Takes the focus when the state changes: the button that changed it is gone. */
function useFocusAt(state: BuildState['state']) {
  const element = useRef<HTMLDivElement>(null)
  const before = useRef(state)
  useEffect(() => {
    if (before.current === state) return
    before.current = state
    element.current?.focus()
  }, [state])
  return element
}

function Step({ build }: { readonly build: BuildState }) {
  switch (build.state) {
    case 'choosing':
      return <Choice />
    case 'looking':
      return <Looking wait={build.wait} />
    case 'offered':
      return <Offer offer={build.offer} />
    case 'building':
      return <Building build={build} />
    case 'failed':
      return <Failed build={build} />
    case 'built':
      return <Built build={build} />
  }
}

/** Spoken at every change of state; never the running figures. */
function announced(build: BuildState): string {
  const { spoken } = text
  switch (build.state) {
    case 'looking':
      return build.wait ? spoken.waiting : spoken.looking
    case 'offered':
      return spoken.offered
    case 'building':
      if (build.wait) return spoken.waiting
      return build.isPaused ? spoken.paused : spoken.running
    case 'built':
      return spoken.built(build.bundle.name)
    default:
      return ''
  }
}

/** The choice of a checkpoint and of the weights' type. */
function Choice() {
  const { session, buildSession } = usePage()
  const device = useStore(session.store, (state) => state.device)
  const isHalfPossible = device?.state === 'usable' && device.adapter.features.includes('shader-f16')
  const [address, setAddress] = useState(official)
  const [dtype, setDtype] = useState<Dtype>(isHalfPossible ? 'q4f16' : 'q4')
  const folder = useRef<HTMLInputElement>(null)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    void buildSession.look({ source: { type: 'address', address }, dtype })
  }
  const place = useRef<HTMLDivElement>(null)
  useFolderDrop(place, (dropped) => void buildSession.lookIn(dropped, dtype))
  return (
    <div ref={place} className={styles.content}>
      <Unfinished onFolderWanted={() => folder.current?.click()} />
      <Group title={text.title}>
        <p>{text.intro}</p>
        <form className={styles.form} onSubmit={onSubmit}>
          <AddressField label={text.address} value={address} onChange={setAddress} />
          <SelectField
            label={text.weights}
            value={dtype}
            options={dtypes.toReversed().map((id) => ({ id, title: text.dtypes[id] }))}
            onChange={(id) => setDtype(dtypes.find((each) => each === id) ?? 'q4')}
          />
          {!isHalfPossible && dtype.endsWith('16') && <p className={styles.note}>{text.noHalf}</p>}
          <div className={styles.answers}>
            <Button type="submit" kind="primary" disabled={address.trim() === ''}>
              {text.look}
            </Button>
            <Button onClick={() => folder.current?.click()}>
              <Icon name="folder" />
              {text.folder}
            </Button>
          </div>
        </form>
        <p className={styles.note}>{text.drop}</p>
        <FilePicker
          ref={folder}
          label={text.folderLabel}
          onFiles={(files) => void buildSession.lookIn(folderOfFiles(files), dtype)}
        />
      </Group>
    </div>
  )
}

/** Builds that were begun and not finished. */
function Unfinished({ onFolderWanted }: { readonly onFolderWanted: () => void }) {
  const { buildSession } = usePage()
  const unfinished = useStore(buildSession.store, (state) => state.unfinished)
  if (unfinished.length === 0) return null
  return (
    <Group title={text.begun}>
      <ul className={styles.list}>
        {unfinished.map(({ id, name, origin, address, isRemote, dtype, doneBytes, totalBytes }) => (
          <li key={id} className={styles.item}>
            <p>
              {name}
              <span className={styles.quiet}>{text.done(doneBytes, totalBytes)}</span>
              {!isRemote && <span className={styles.line}>{text.folderAgain(origin)}</span>}
            </p>
            <div className={styles.answers}>
              <Button
                kind="primary"
                aria-label={words.stored.resumeNamed(name)}
                onClick={() =>
                  isRemote ? void buildSession.look({ source: { type: 'address', address }, dtype }) : onFolderWanted()
                }
              >
                {words.resume}
              </Button>
              <Button aria-label={text.discardNamed(name)} onClick={() => void buildSession.forget(id)}>
                {text.discard}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Group>
  )
}

function Looking({ wait }: { readonly wait: ShownWait | undefined }) {
  const { buildSession } = usePage()
  const textId = useId()
  return (
    <Group title={text.looking}>
      <p id={textId}>{text.lookingText}</p>
      {wait && <ServerWaitNote wait={wait} />}
      <ProgressBar aria-labelledby={textId} />
      <div className={styles.answers}>
        <Button onClick={() => buildSession.leave()}>{words.back}</Button>
      </div>
    </Group>
  )
}

/** Size and license, shown before the first weight is read. */
function Offer({ offer }: { readonly offer: BuildOffer }) {
  const { buildSession } = usePage()
  const { name, origin, isRemote, parameters, sourceBytes, resultBytes, keptBytes } = offer
  const left = sourceBytes - keptBytes
  return (
    <Group title={text.offer(name)}>
      <Facts>
        <Fact term={text.from}>{isRemote ? origin : text.fromFolder(origin)}</Fact>
        <Fact term={text.parameters}>{formatCount(parameters)}</Fact>
        <Fact term={isRemote ? text.fetched : text.read}>
          {formatBytes(left)}
          {keptBytes > 0 && text.ofAll(sourceBytes)}
        </Fact>
        <Fact term={text.stored}>{formatBytes(resultBytes)}</Fact>
        <Fact term={text.room}>{roomText(offer) ?? text.roomUntold}</Fact>
      </Facts>
      {offer.oversize && <p className={styles.note}>{offer.oversize}</p>}
      <License offer={offer} />
      {!hasRoom(offer) && (
        <Message tone="warn" title={text.noRoom}>
          <p>{text.noRoomText}</p>
        </Message>
      )}
      <div className={styles.answers}>
        <Button kind="primary" disabled={!hasRoom(offer)} onClick={() => void buildSession.start()}>
          {text.accept}
        </Button>
        <Button onClick={() => buildSession.leave()}>{words.notNow}</Button>
      </div>
      <p className={styles.note}>{text.keeps}</p>
    </Group>
  )
}

function License({ offer }: { readonly offer: BuildOffer }) {
  const { name, link, text: full } = offer.license
  return (
    <section className={styles.license} aria-label={text.license}>
      <p className={styles.label}>{text.licenseTitle}</p>
      {name && <p>{name}</p>}
      {full && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <pre className={styles.text} tabIndex={0}>
          {full}
        </pre>
      )}
      {!statesLicense(offer) && <p>{text.licenseNone}</p>}
      {link && <p className={styles.quiet}>{link}</p>}
    </section>
  )
}

function Building({ build }: { readonly build: Extract<BuildState, { state: 'building' }> }) {
  const { buildSession } = usePage()
  const textId = useId()
  const { name, isPaused, step, kept, wait } = build
  const { text: doing, share } = stepText(build)
  return (
    <Group title={text.building(name)}>
      {kept && (
        <Message tone={kept.type === 'kept' ? 'info' : 'warn'}>
          <p>{keptText(kept)}</p>
        </Message>
      )}
      {wait && <ServerWaitNote wait={wait} />}
      <p id={textId} className={styles.figures}>
        {doing}
      </p>
      <ProgressBar aria-labelledby={textId} {...(share === undefined ? {} : { value: share })} />
      <p className={styles.weight}>{step?.type === 'building' ? step.weight : ' '}</p>
      <div className={styles.answers}>
        <Button disabled={step?.type !== 'building'} onClick={() => buildSession.pause(!isPaused)}>
          {isPaused ? words.resume : text.pause}
        </Button>
        <Button onClick={() => void buildSession.stop()}>{text.stop}</Button>
      </div>
      <p className={styles.note}>{text.stopKeeps}</p>
    </Group>
  )
}

function Failed({ build: { name, error } }: { readonly build: Extract<BuildState, { state: 'failed' }> }) {
  const { buildSession } = usePage()
  return (
    <Message tone="danger" title={text.failed(name)} error={error}>
      <div className={styles.answers}>
        {error.recoverable && (
          <Button kind="primary" onClick={() => void buildSession.start()}>
            {words.resume}
          </Button>
        )}
        <Button onClick={() => buildSession.leave()}>{words.back}</Button>
      </div>
    </Message>
  )
}

function Built({ build: { bundle } }: { readonly build: Extract<BuildState, { state: 'built' }> }) {
  const { session, buildSession, view } = usePage()
  const { key, name, bytes } = bundle
  return (
    <Group title={text.built(name)}>
      <p>{text.builtText(bytes)}</p>
      <div className={styles.answers}>
        <Button
          kind="primary"
          aria-label={text.loadNowNamed(name)}
          onClick={() => {
            view.update({ panel: undefined })
            void session.actions.loadBundle({ type: 'stored', key, name })
          }}
        >
          {text.loadNow}
        </Button>
        <Button onClick={() => buildSession.leave()}>{text.another}</Button>
      </div>
    </Group>
  )
}
