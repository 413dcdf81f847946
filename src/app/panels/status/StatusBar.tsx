import type { ReactNode } from 'react'
import type { CheckReport } from '../../../readers/worker/protocol.ts'
import { foreignHost } from '../../bundle-link.ts'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { formatCount, formatRate, formatSeconds } from '../../format.ts'
import { sourceName } from '../../model-kind.ts'
import { isLoading, loadText } from '../../run-text.ts'
import type { SessionState } from '../../session/session-state.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { type PanelId, usePage } from '../../view.ts'
import styles from './StatusBar.module.css'

export const checkIcons: Readonly<Record<CheckReport['verdict'], IconName>> = {
  exact: 'check',
  close: 'waves',
  wrong: 'wrong',
  unchecked: 'idle',
}

/** One line with model, device, check and speed; each opens its panel. */
export function StatusBar() {
  const { store } = usePage().session
  const device = useStore(store, (state) => state.device)
  const bundle = useStore(store, (state) => state.bundle)
  const check = useStore(store, (state) => state.check)
  const load = useStore(store, (state) => state.load)
  const run = useStore(store, (state) => state.run)
  const tokensPerS = useStore(store, (state) => state.figures.tokensPerS)
  return (
    <nav className={styles.line} aria-label="Panels">
      <Item panel="model" icon="model" mark={hostText(bundle, load)}>
        {modelText(bundle, load)}
      </Item>
      <Item panel="device" isMinor>
        {deviceText(device, bundle)}
      </Item>
      {check && (
        <Item
          panel="device"
          icon={checkIcons[check.verdict]}
          tone={check.verdict === 'wrong' ? 'danger' : undefined}
          isMinor={check.verdict === 'exact'}
        >
          {check.verdict === 'unchecked' ? 'not checked' : `check: ${check.verdict}`}
        </Item>
      )}
      {(tokensPerS !== undefined || run.state === 'lagging') && (
        <Item panel="performance" icon={run.state === 'lagging' ? 'lagging' : undefined}>
          {[
            tokensPerS !== undefined && formatRate(tokensPerS),
            run.state === 'lagging' && `lag ${formatSeconds(run.lagS)}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </Item>
      )}
      <span className={styles.gap} />
      <Item panel="storage" isMinor>
        Storage
      </Item>
      <Item panel="settings" icon="settings" isMinor>
        Settings
      </Item>
    </nav>
  )
}

interface ItemProps {
  readonly panel: PanelId
  readonly icon?: IconName | undefined
  readonly tone?: 'danger' | undefined
  /** Shown whole, however long the text beside it is. */
  readonly mark?: string | undefined
  /** Hidden on narrow screens; the menu has the same action. */
  readonly isMinor?: boolean
  readonly children: ReactNode
}

function Item({ panel, icon, tone, mark, isMinor, children }: ItemProps) {
  const { view } = usePage()
  return (
    <button
      type="button"
      className={styles.item}
      data-tone={tone}
      data-minor={isMinor || undefined}
      aria-haspopup="dialog"
      onClick={() => view.update({ panel, isAddressWanted: false })}
    >
      {icon && <Icon name={icon} />}
      {mark && <span className={styles.mark}>{mark}</span>}
      <span className={styles.text}>{children}</span>
    </button>
  )
}

/** The host that the model comes from, if it is not the page's own. */
function hostText(bundle: SessionState['bundle'], load: SessionState['load']): string | undefined {
  const source = isLoading(load) ? load.source : bundle?.source
  const host = source && foreignHost(source)
  return host === undefined ? undefined : `from ${host}:`
}

function modelText(bundle: SessionState['bundle'], load: SessionState['load']): string {
  if (isLoading(load)) {
    const { name, share } = loadText(load)
    return share === undefined ? `Loading ${name}` : `Loading ${name}: ${Math.floor(share * 100)} %`
  }
  if (bundle) {
    const { dtype, model } = bundle.manifest
    return `${isolatedName(bundle.name)} · ${dtype} · ${formatCount(model.parameters)} parameters`
  }
  return load.state === 'failed' ? `${sourceName(load.source)} not loaded` : 'No model'
}

function deviceText(device: SessionState['device'], bundle: SessionState['bundle']): string {
  if (bundle?.provider === 'wasm') {
    return device?.state === 'usable' && device.adapter.isSoftware ? 'processor (no GPU)' : 'processor'
  }
  if (!device) return 'looking for an adapter'
  if (device.state === 'unusable') return 'no adapter'
  return device.adapter.isSoftware ? `${device.adapter.name} (software, slow)` : device.adapter.name
}
