import { formatCount } from '../format.ts'
import { bundleName } from '../model-kind.ts'
import type { Session, SessionState } from '../session.ts'
import { useStore } from '../store.ts'
import styles from './StatusLine.module.css'

/** One line: which model, on which adapter. */
export function StatusLine({ session }: { readonly session: Session }) {
  const device = useStore(session.store, (state) => state.device)
  const bundle = useStore(session.store, (state) => state.bundle)
  const load = useStore(session.store, (state) => state.load)
  const adapter = device?.state === 'usable' ? device.adapter : undefined
  return (
    <dl className={styles.line}>
      <Item term="Model" detail={modelText(bundle, load)} />
      <Item term="Adapter" detail={adapterText(device)} />
      {adapter && <Item term="Features" detail={adapter.usedFeatures.join(', ') || '32-bit floats only'} />}
      {adapter?.isSoftware && <Item term="Speed" detail="slow, computing in software" />}
    </dl>
  )
}

function Item({ term, detail }: { readonly term: string; readonly detail: string }) {
  return (
    <div className={styles.item}>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.detail}>{detail}</dd>
    </div>
  )
}

function modelText(bundle: SessionState['bundle'], load: SessionState['load']): string {
  if (bundle) {
    const { dtype, model } = bundle.manifest
    return `${bundleName(bundle.url)} · ${dtype} · ${formatCount(model.parameters)} parameters`
  }
  if (load.state === 'failed') return 'not loaded'
  return load.state === 'idle' ? 'none' : 'loading'
}

function adapterText(device: SessionState['device']): string {
  if (!device) return 'looking'
  return device.state === 'usable' ? device.adapter.name : 'none'
}
