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
import { formatBytes, formatCount } from '../../format.ts'
import type { ShownWait } from '../../server-wait.ts'
import { useStore } from '../../store.ts'
import { useAnnounced } from '../../use-announced.ts'
import { useFolderDrop } from '../../use-folder-drop.ts'
import { usePage } from '../../view.ts'
import styles from './BuildPanel.module.css'
import { ServerWaitNote } from './ServerWaitNote.tsx'
import { StoredModels } from './StoredModels.tsx'

const official = 'KlingTeam/VidEmo-3B'

const dtypeTitles: Readonly<Record<Dtype, string>> = {
  q4f16: 'q4f16: 4 bits, computes in 16-bit floats',
  q4: 'q4: 4 bits, computes in 32-bit floats',
  q8: 'q8: 8 bits',
  fp16: 'fp16: 16 bits',
  fp32: 'fp32: 32 bits',
}

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

const waited = 'The server asks to be left alone for a while.'

/** Spoken at every change of state; never the running figures. */
function announced(build: BuildState): string {
  switch (build.state) {
    case 'looking':
      return build.wait ? waited : 'Reading the checkpoint’s description.'
    case 'offered':
      return 'Sizes and licence are shown.'
    case 'building':
      if (build.wait) return waited
      return build.isPaused ? 'The build is paused.' : 'The build is running.'
    case 'built':
      return `${build.bundle.name} is built.`
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
      <Group title="Build from the official checkpoint">
        <p>
          This page reads the original weights piece by piece, makes them small enough for a browser, and keeps the
          result here. The original is never stored, and nothing is sent.
        </p>
        <form className={styles.form} onSubmit={onSubmit}>
          <AddressField
            label={
              <>
                Name on the hub, or the address of a folder with <code>config.json</code>
              </>
            }
            value={address}
            onChange={setAddress}
          />
          <SelectField
            label="Weights"
            value={dtype}
            options={dtypes.toReversed().map((id) => ({ id, title: dtypeTitles[id] }))}
            onChange={(id) => setDtype(dtypes.find((each) => each === id) ?? 'q4')}
          />
          {!isHalfPossible && dtype.endsWith('16') && (
            <p className={styles.note}>This device cannot compute in 16-bit floats; q4 runs here.</p>
          )}
          <div className={styles.answers}>
            <Button type="submit" kind="primary" disabled={address.trim() === ''}>
              Show size and licence
            </Button>
            <Button onClick={() => folder.current?.click()}>
              <Icon name="folder" />
              Choose a folder instead
            </Button>
          </div>
        </form>
        <p className={styles.note}>A folder can be dropped here, too.</p>
        <FilePicker
          ref={folder}
          label="Checkpoint folder"
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
    <Group title="Begun earlier">
      <ul className={styles.list}>
        {unfinished.map(({ id, name, origin, address, isRemote, dtype, doneBytes, totalBytes }) => (
          <li key={id} className={styles.item}>
            <p>
              {name}
              <span className={styles.quiet}>
                {' '}
                · {formatBytes(doneBytes)} of {formatBytes(totalBytes)} done
              </span>
              {!isRemote && <span className={styles.line}>Choose the folder {origin} again to go on.</span>}
            </p>
            <div className={styles.answers}>
              <Button
                kind="primary"
                aria-label={`Go on with ${name}`}
                onClick={() =>
                  isRemote ? void buildSession.look({ source: { type: 'address', address }, dtype }) : onFolderWanted()
                }
              >
                Go on
              </Button>
              <Button aria-label={`Throw away ${name}`} onClick={() => void buildSession.forget(id)}>
                Throw away
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
    <Group title="Reading its description">
      <p id={textId}>Config, tokenizer and the headers of the weights are read; nothing else is.</p>
      {wait && <ServerWaitNote wait={wait} />}
      <progress className={styles.bar} aria-labelledby={textId} />
      <div className={styles.answers}>
        <Button onClick={() => buildSession.leave()}>Back</Button>
      </div>
    </Group>
  )
}

/** Size and licence, shown before the first weight is read. */
function Offer({ offer }: { readonly offer: BuildOffer }) {
  const { buildSession } = usePage()
  const { name, origin, isRemote, parameters, sourceBytes, resultBytes, keptBytes } = offer
  const left = sourceBytes - keptBytes
  return (
    <Group title={`Build ${name}?`}>
      <Facts>
        <Fact term="From">{isRemote ? origin : `the folder ${origin}`}</Fact>
        <Fact term="Parameters">{formatCount(parameters)}</Fact>
        <Fact term={isRemote ? 'To be fetched' : 'To be read'}>
          {formatBytes(left)}
          {keptBytes > 0 && ` of ${formatBytes(sourceBytes)}; the rest was worked through before`}
        </Fact>
        <Fact term="To be stored">{formatBytes(resultBytes)}</Fact>
        <Fact term="Room">{roomText(offer) ?? 'the browser does not say'}</Fact>
      </Facts>
      {offer.oversize && <p className={styles.note}>{offer.oversize}</p>}
      <Licence offer={offer} />
      {!hasRoom(offer) && (
        <Message tone="warn" title="There is not enough room">
          <p>Free some disk space, or remove a stored model, and look again.</p>
        </Message>
      )}
      <div className={styles.answers}>
        <Button kind="primary" disabled={!hasRoom(offer)} onClick={() => void buildSession.start()}>
          Accept and build
        </Button>
        <Button onClick={() => buildSession.leave()}>Not now</Button>
      </div>
      <p className={styles.note}>
        You can pause it, close this panel, or reload the page: every weight that is finished is kept.
      </p>
    </Group>
  )
}

function Licence({ offer }: { readonly offer: BuildOffer }) {
  const { name, link, text } = offer.license
  return (
    <section className={styles.licence} aria-label="Licence">
      <p className={styles.label}>Licence of the weights</p>
      {name && <p>{name}</p>}
      {text && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <pre className={styles.text} tabIndex={0}>
          {text}
        </pre>
      )}
      {!statesLicense(offer) && (
        <p>
          The checkpoint states none. Weights made from Qwen2.5-VL-3B, as VidEmo-3B’s are, are for research only. Make
          sure that you may use them.
        </p>
      )}
      {link && <p className={styles.quiet}>{link}</p>}
    </section>
  )
}

function Building({ build }: { readonly build: Extract<BuildState, { state: 'building' }> }) {
  const { buildSession } = usePage()
  const textId = useId()
  const { name, isPaused, step, kept, wait } = build
  const { text, share } = stepText(build)
  return (
    <Group title={`Building ${name}`}>
      {kept && (
        <Message tone={kept.type === 'kept' ? 'info' : 'warn'}>
          <p>{keptText(kept)}</p>
        </Message>
      )}
      {wait && <ServerWaitNote wait={wait} />}
      <p id={textId} className={styles.figures}>
        {text}
      </p>
      <progress className={styles.bar} aria-labelledby={textId} {...(share === undefined ? {} : { value: share })} />
      <p className={styles.weight}>{step?.type === 'building' ? step.weight : ' '}</p>
      <div className={styles.answers}>
        <Button disabled={step?.type !== 'building'} onClick={() => buildSession.pause(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
        <Button onClick={() => void buildSession.stop()}>Stop</Button>
      </div>
      <p className={styles.note}>Stopping keeps what is finished; it is gone on with when you build this again.</p>
    </Group>
  )
}

function Failed({ build: { name, error } }: { readonly build: Extract<BuildState, { state: 'failed' }> }) {
  const { buildSession } = usePage()
  return (
    <Message tone="danger" title={`${name} was not built`} error={error}>
      <div className={styles.answers}>
        {error.recoverable && (
          <Button kind="primary" onClick={() => void buildSession.start()}>
            Go on
          </Button>
        )}
        <Button onClick={() => buildSession.leave()}>Back</Button>
      </div>
    </Message>
  )
}

function Built({ build: { bundle } }: { readonly build: Extract<BuildState, { state: 'built' }> }) {
  const { session, buildSession, view } = usePage()
  const { key, name, bytes } = bundle
  return (
    <Group title={`${name} is built`}>
      <p>
        {formatBytes(bytes)} lie in this browser’s storage, each file with its SHA-256. Load it below, or export it for
        a host to publish.
      </p>
      <div className={styles.answers}>
        <Button
          kind="primary"
          aria-label={`Load it now: ${name}`}
          onClick={() => {
            view.update({ panel: undefined })
            void session.actions.loadBundle({ type: 'stored', key, name })
          }}
        >
          Load it now
        </Button>
        <Button onClick={() => buildSession.leave()}>Build another</Button>
      </div>
    </Group>
  )
}
