import { foreignHost } from '../../bundle-link.ts'
import { sourceName } from '../../model-kind.ts'
import { type BusyLoad, isLoading, loadText } from '../../run-text.ts'
import type { SessionState } from '../../session/session-state.ts'
import { isolatedName } from '../../shown-name.ts'
import { words } from './words.ts'

type StatusParts = Pick<SessionState, 'bundle' | 'load' | 'lostLoad' | 'smallBundle' | 'device' | 'check'>

/** The host that the model comes from, if it is not the page's own. */
export function hostText({ bundle, load }: Pick<StatusParts, 'bundle' | 'load'>): string | undefined {
  const source = isLoading(load) ? load.source : bundle?.source
  const host = source && foreignHost(source)
  return host === undefined ? undefined : words.from(host)
}

/** Which model reads, or is on its way. Until the first load has been decided nothing is missing. */
export function modelText({ bundle, load, lostLoad, smallBundle }: StatusParts): string {
  if (isLoading(load)) {
    const { name, share } = loadText(load)
    if (load.state === 'offered') return words.offered(name)
    const loading = share === undefined ? words.loading(name) : words.loadingShare(name, share)
    const held = heldText(load)
    return held === undefined ? loading : `${loading} · ${held}`
  }
  if (bundle) {
    const isSmall = 'url' in bundle.source && bundle.source.url === smallBundle
    return isSmall ? words.small : `${isolatedName(bundle.name)} · ${bundle.manifest.dtype}`
  }
  if (load.state === 'failed') return words.notLoaded(sourceName(load.source))
  return load.isCancelled || lostLoad ? words.noModel : words.preparing
}

/** What a load waits for, where it does. */
function heldText(load: BusyLoad): string | undefined {
  if (load.state === 'waiting') return words.otherTab
  if ('wait' in load && load.wait) return words.limited
  return 'quiet' in load && load.quiet ? words.quiet(load.quiet.s) : undefined
}

/** Where the model in use computes; before there is one, nothing. */
export function deviceText({ bundle, device }: StatusParts): string | undefined {
  if (!bundle) return undefined
  if (bundle.provider === 'wasm') return words.device.processor
  if (device?.state !== 'usable') return undefined
  const { name, isSoftware } = device.adapter
  return isSoftware ? words.device.software(name) : name
}

/** What the self-check said of the model in use. */
export function checkText({ bundle, check }: StatusParts): string | undefined {
  return bundle && check ? words.check[check.verdict] : undefined
}
