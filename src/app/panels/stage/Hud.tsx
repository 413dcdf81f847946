import {
  formatBytes,
  formatDecimal,
  formatMs,
  formatPercent,
  formatRate,
  formatSeconds,
  formatWhole,
} from '../../format.ts'
import type { RunFigures } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Hud.module.css'
import { words } from './words.ts'

/** The figures of a run, as far as they are known, in the order in which they arise. */
export function figureRows(figures: RunFigures): readonly { readonly term: string; readonly value: string }[] {
  const { firstTokenMs, tokensPerS, prefillTokensPerS, visionMsPerPair, updatePeriodS, passedOver, device } = figures
  const { tokensPerPass, acceptedShare, probeMs } = figures
  const rows = [
    ['Vision', visionMsPerPair, (ms: number) => `${formatMs(ms)} a pair`],
    ['Prefill', prefillTokensPerS, formatRate],
    ['Probe', probeMs, (ms: number) => `${formatMs(ms)} a question`],
    ['First token', firstTokenMs, formatMs],
    ['Decode', tokensPerS, formatRate],
    ['Tokens a pass', tokensPerPass, formatDecimal],
    ['Drafts right', acceptedShare, formatPercent],
    ['Update every', updatePeriodS, formatSeconds],
    ['Passed over', passedOver, (pairs: number) => `${formatWhole(pairs)} pairs`],
    ['GPU memory', device?.bytes, formatBytes],
    ['GPU buffers', device?.buffers, formatWhole],
  ] as const
  return rows.map(([term, value, show]) => ({ term, value: value === undefined ? '–' : show(value) }))
}

/** Figures in the corner of the video, switched by a key. */
export function Hud() {
  const { store } = usePage().session
  const isShown = useStore(store, (state) => state.settings.isHudShown)
  const figures = useStore(store, (state) => state.figures)
  if (!isShown) return null
  return (
    <dl className={styles.hud} aria-label={words.figures}>
      {figureRows(figures).map(({ term, value }) => (
        <div key={term} className={styles.row}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
