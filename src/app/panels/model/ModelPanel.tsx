import { type FormEvent, useEffect, useRef, useState } from 'react'
import { licenceText } from '../../../manifest/licence-text.ts'
import type { Manifest } from '../../../manifest/manifest.ts'
import type { LoadedBundle } from '../../../readers/worker/protocol.ts'
import { trainedFrames } from '../../../reading/frames.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { AddressField } from '../../controls/Fields.tsx'
import { FilePicker } from '../../controls/FilePicker.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { formatBytes, formatCount, formatWhole } from '../../format.ts'
import { isPlaceholder, placedName, readsDrawnFaces } from '../../model-kind.ts'
import { isLoading } from '../../run-text.ts'
import { isStoredAs } from '../../session/stored-models.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import panels from '../drawers/Panels.module.css'
import { ExportButtons, ExportStatus } from './ExportModel.tsx'
import { LoadProgress } from './LoadProgress.tsx'
import styles from './ModelPanel.module.css'
import { SmallModelButton } from './SmallModelButton.tsx'
import { useStoredModels } from './StoredModels.tsx'

/** Which model is in use, where another comes from, and on what terms. */
export function ModelPanel() {
  const { session } = usePage()
  const load = useStore(session.store, (state) => state.load)
  const bundle = useStore(session.store, (state) => state.bundle)
  return (
    <>
      {isLoading(load) && <LoadProgress load={load} />}
      {load.state === 'failed' && (
        <Message tone="danger" title={`${placedName(load.source)} was not loaded`} error={load.error}>
          <div>
            <Button onClick={() => void session.actions.retryLoad()}>Try again</Button>
            <SmallModelButton insteadOf={load.source.type === 'url' ? load.source.url : undefined} />
          </div>
        </Message>
      )}
      <LoadFields />
      <GetVidEmo />
      {bundle && <ModelFacts bundle={bundle} />}
    </>
  )
}

/** Loads a bundle from an address or from a folder of this device. */
function LoadFields() {
  const { session, view } = usePage()
  const isAddressWanted = useStore(view, (state) => state.isAddressWanted)
  const [address, setAddress] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)

  useEffect(() => {
    if (isAddressWanted) field.current?.focus()
  }, [isAddressWanted])

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    let url = address.trim()
    try {
      url = new URL(url, document.baseURI).href
    } catch {
      // The loader reports what is wrong with the address.
    }
    if (url !== '') void session.actions.loadBundle({ type: 'url', url })
  }
  const onFolder = (chosen: readonly File[]) => {
    const files = chosen.map((file) => ({ path: file.webkitRelativePath, blob: file }))
    const name = files[0].path.split('/', 1)[0]
    if (name) void session.actions.loadBundle({ type: 'files', name, files })
  }
  return (
    <Group title="Load a bundle">
      <form onSubmit={onSubmit}>
        <AddressField
          ref={field}
          label={
            <>
              Address of a folder made by <code>videmo build</code>
            </>
          }
          placeholder="https://…/videmo-3b/"
          value={address}
          onChange={setAddress}
        >
          <Button type="submit" kind="primary" disabled={address.trim() === ''}>
            Load
          </Button>
        </AddressField>
      </form>
      <FilePicker ref={folder} label="Bundle folder" onFiles={onFolder} />
      <Button onClick={() => folder.current?.click()}>
        <Icon name="folder" />
        Choose a folder on this device
      </Button>
      <p className={styles.note}>
        Before anything large is fetched, the bundle says whether this device can run it and under which licence it
        comes. Videos and readings are never sent.
      </p>
    </Group>
  )
}

function GetVidEmo() {
  const { view } = usePage()
  return (
    <Group title="How to get VidEmo-3B">
      <p>
        Build it from the official weights, once: here in the browser, which takes a while and can be paused, or on any
        computer with Node. The result, about 2 GB, can be put on a server of your own.
      </p>
      <div>
        <Button kind="primary" onClick={() => view.update({ panel: 'build' })}>
          <Icon name="model" />
          Build it in this browser
        </Button>
      </div>
      <pre className={styles.command}>
        <code>npm run videmo -- build --checkpoint DIR_OR_URL --dtype q4f16 --out videmo-3b</code>
      </pre>
      <Facts>
        <Fact term="Size">about 2.1 GB at 4 bits; 7.5 GB are read</Fact>
        <Fact term="Needs">
          a graphics adapter with <code>shader-f16</code>; without it build with <code>--dtype q4</code>
        </Fact>
        <Fact term="Licence of the weights">none found; the network it is made from is for research only</Fact>
        <Fact term="Licence of the code">Apache-2.0</Fact>
      </Facts>
      <p className={styles.note}>
        This project hosts no weights. Check that you may use them before you download them.
      </p>
    </Group>
  )
}

function ModelFacts({ bundle }: { readonly bundle: LoadedBundle }) {
  const { manifest, source, store } = bundle
  const { model, bits, source: origin, files } = manifest
  const trained = trainedFrames(manifest)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const places = { opfs: 'this browser’s storage', memory: 'memory, until the page is closed', folder: 'your folder' }
  return (
    <Group title={`In use: ${placedName(source, isolatedName(bundle.name))}`}>
      <Facts>
        <Fact term="What it is">{whatItIs(manifest)}</Fact>
        <Fact term="Licence">{licenceText(manifest)}</Fact>
        <Fact term="Size">
          {formatBytes(bytes)} in {files.length} files, each checked by SHA-256
        </Fact>
        <Fact term="Weights">
          {manifest.dtype}: {bits.linear} bits, embedding {bits.embedding}, vision {bits.vision}
        </Fact>
        <Fact term="From">{placeOf(source)}</Fact>
        <Fact term="Built from, as it says">
          {origin.origin}
          {origin.revision && ` at ${origin.revision}`}
        </Fact>
        <Fact term="Kept in">{places[store]}</Fact>
        <Fact term="Parameters">{formatCount(model.parameters)}</Fact>
        <Fact term="Language">
          {model.layers} layers of {formatWhole(model.hiddenSize)}, {model.heads} heads, {model.kvHeads} KV
        </Fact>
        <Fact term="Vision">
          {model.visionDepth} layers of {formatWhole(model.visionHiddenSize)}
        </Fact>
        <Fact term="Vocabulary">{formatWhole(model.vocabSize)}</Fact>
        <Fact term="Context">{formatWhole(manifest.contextLength)} tokens</Fact>
        <Fact term="Trained on">
          up to {trained.windowFrames} frames of {formatWhole(trained.maxPixels)} pixels, {trained.framesPerSecond} a
          second
        </Fact>
      </Facts>
      {store === 'opfs' && <ExportInUse bundle={bundle} />}
    </Group>
  )
}

/** Exports the model in use, if this browser has stored all of it. */
function ExportInUse({ bundle: { source } }: { readonly bundle: LoadedBundle }) {
  const stored = useStoredModels()
  const entry =
    stored?.state === 'known' && stored.bundles.find((each) => each.state === 'whole' && isStoredAs(each, source))
  if (!entry) return null
  return (
    <>
      <p className={styles.note}>For a host of your own: the folder, or an unpacked zip, is the bundle.</p>
      <div className={panels.actions}>
        <ExportButtons bundle={entry} />
      </div>
      <ExportStatus />
    </>
  )
}

function placeOf(source: LoadedBundle['source']): string {
  switch (source.type) {
    case 'url':
      return source.url
    case 'files':
      return `folder ${isolatedName(source.name)}`
    case 'stored':
      return source.url ?? 'this browser, where it was built'
  }
}

function whatItIs(manifest: Manifest): string {
  if (isPlaceholder(manifest)) return 'a small network with random weights'
  if (readsDrawnFaces(manifest)) return 'a small network that reads drawn faces, and no real ones'
  return manifest.source.architecture
}
