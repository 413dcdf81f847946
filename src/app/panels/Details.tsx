import { type FormEvent, type ReactNode, useState } from 'react'
import type { AdapterFacts, LoadedBundle } from '../../../workers/engine-api.ts'
import { formatBytes, formatCount, formatWhole } from '../format.ts'
import type { Session } from '../session.ts'
import { useStore } from '../store.ts'
import { Button } from './Button.tsx'
import styles from './Details.module.css'

const detailsId = 'details'
const fieldId = 'bundle-address'

/** Opens the details and puts the cursor where an address is typed. */
export function openBundleField(): void {
  const details = document.getElementById(detailsId)
  if (details instanceof HTMLDetailsElement) details.open = true
  const field = document.getElementById(fieldId)
  field?.focus({ preventScroll: true })
  field?.scrollIntoView({ block: 'center' })
}

/** Every number an expert may look for, and the field that loads another bundle. */
export function Details({ session }: { readonly session: Session }) {
  const device = useStore(session.store, (state) => state.device)
  const bundle = useStore(session.store, (state) => state.bundle)
  return (
    <details id={detailsId} className={styles.details}>
      <summary className={styles.summary}>Details</summary>
      <div className={styles.columns}>
        <BundleField session={session} />
        {bundle && <ModelFacts bundle={bundle} />}
        {device?.state === 'usable' && <AdapterPanel adapter={device.adapter} />}
      </div>
    </details>
  )
}

function BundleField({ session }: { readonly session: Session }) {
  const [address, setAddress] = useState('')
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    let url = address.trim()
    try {
      url = new URL(url, document.baseURI).href
    } catch {
      // The loader says what is wrong with it.
    }
    if (url !== '') void session.loadBundle(url)
  }
  return (
    <form className={styles.group} onSubmit={onSubmit}>
      <h3>Load another bundle</h3>
      <label htmlFor={fieldId} className={styles.label}>
        Address of a folder made by <code>videmo build</code>
      </label>
      <div className={styles.field}>
        <input
          id={fieldId}
          className={styles.input}
          type="text"
          inputMode="url"
          autoComplete="url"
          spellCheck={false}
          placeholder="https://…/videmo-3b-q4f16/"
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
        <Button type="submit" disabled={address.trim() === ''}>
          Load
        </Button>
      </div>
      <p className={styles.label}>Only the bundle’s own files are fetched. The video never leaves this page.</p>
    </form>
  )
}

function ModelFacts({ bundle }: { readonly bundle: LoadedBundle }) {
  const { manifest, url } = bundle
  const { model, bits, license, source, files } = manifest
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return (
    <Facts title="Model">
      <Fact term="Address">{url}</Fact>
      <Fact term="Built from">
        {source.origin}
        {source.revision && ` at ${source.revision}`}
      </Fact>
      <Fact term="Licence">{license.name ?? license.link ?? license.text?.split('\n', 1)[0] ?? 'not stated'}</Fact>
      <Fact term="Parameters">{formatCount(model.parameters)}</Fact>
      <Fact term="Language">
        {model.layers} layers of {formatWhole(model.hiddenSize)}, {model.heads} heads, {model.kvHeads} KV
      </Fact>
      <Fact term="Vision">
        {model.visionDepth} layers of {formatWhole(model.visionHiddenSize)}
      </Fact>
      <Fact term="Weights">
        {manifest.dtype}: {bits.linear} bits, embedding {bits.embedding}, vision {bits.vision}
      </Fact>
      <Fact term="Vocabulary">{formatWhole(model.vocabSize)}</Fact>
      <Fact term="Context">{formatWhole(manifest.contextLength)} tokens</Fact>
      <Fact term="Files">
        {files.length}, {formatBytes(bytes)}, each checked by SHA-256
      </Fact>
    </Facts>
  )
}

function AdapterPanel({ adapter }: { readonly adapter: AdapterFacts }) {
  const { vendor, architecture, subgroupMinSize, subgroupMaxSize, features, limits } = adapter
  return (
    <Facts title="Adapter">
      <Fact term="Name">{adapter.name}</Fact>
      <Fact term="Vendor">{[vendor, architecture].filter(Boolean).join(', ') || 'not told'}</Fact>
      {subgroupMinSize !== undefined && (
        <Fact term="Subgroups">
          {subgroupMinSize} to {subgroupMaxSize}
        </Fact>
      )}
      {Object.entries(limits).map(([name, value]) => (
        <Fact key={name} term={name}>
          {/Size$/.test(name) && value >= 1e6 ? formatBytes(value) : formatWhole(value)}
        </Fact>
      ))}
      <dt className={styles.term}>Features</dt>
      <dd className={styles.features}>
        {features.map((name) => (
          <span key={name} className={styles.feature}>
            {name}
          </span>
        ))}
      </dd>
    </Facts>
  )
}

function Facts({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={styles.group}>
      <h3>{title}</h3>
      <dl className={styles.facts}>{children}</dl>
    </div>
  )
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value}>{children}</dd>
    </>
  )
}
