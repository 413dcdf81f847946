import type { TrackId } from '../affect/track.ts'
import { valueWords } from './words/values.ts'

const one = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const signedHundredths = new Intl.NumberFormat('en', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
})
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** `1.8 MB`, `2.1 GB` */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${one.format(bytes / 1e9)} GB`
  return bytes >= 1e6 ? `${one.format(bytes / 1e6)} MB` : `${whole.format(bytes / 1e3)} kB`
}

/** A day, of an ISO 8601 time: `22 Nov 2026` */
export function formatDay(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? valueWords.unknown : day.format(date)
}

/** `3.75B`, `1.72M` */
export function formatCount(count: number): string {
  return compact.format(count)
}

/** `840 ms`, `2.4 s` */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${whole.format(ms)} ms` : `${one.format(ms / 1000)} s`
}

/** `0.0 s` */
export function formatSeconds(seconds: number): string {
  return `${one.format(seconds)} s`
}

/** A moment of a source: `4.5 s`, `1:04.5`, `1:02:04` */
export function formatTime(seconds: number): string {
  const tenths = Math.round(seconds * 10)
  if (tenths < 600) return formatSeconds(tenths / 10)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, tenths % 600]
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(Math.floor(rest / 10))}`
    : `${minutes}:${two(Math.floor(rest / 10))}.${rest % 10}`
}

/** The rest of a wait, counted down: `0:05`, `2:00`, `1:00:00` */
export function formatClock(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor(left / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`
}

/** `0.0–7.5 s`, `0:58.0–1:05.5` */
export function formatSpan(fromS: number, toS: number): string {
  const [from, to] = [formatTime(fromS), formatTime(toS)]
  const unit = ' s'
  return from.endsWith(unit) && to.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`
}

/** The time that is left, roughly: `a few seconds left`, `about 40 s left`, `about 12 min left`, `about 3 h left` */
export function formatLeft(seconds: number): string {
  if (seconds < 5) return valueWords.secondsLeft
  if (seconds < 90) return valueWords.left(`${whole.format(Math.ceil(seconds / 5) * 5)} s`)
  if (seconds < 5400) return valueWords.left(`${whole.format(Math.ceil(seconds / 60))} min`)
  return valueWords.left(`${whole.format(Math.ceil(seconds / 3600))} h`)
}

/** `31 tok/s`, `0.4 tok/s` */
export function formatRate(perSecond: number): string {
  return `${perSecond < 10 ? one.format(perSecond) : whole.format(perSecond)} tok/s`
}

/** `3.4` */
export function formatDecimal(value: number): string {
  return one.format(value)
}

/** `83 %` */
export function formatPercent(share: number): string {
  return `${whole.format(share * 100)} %`
}

/** `+0.62`, `−0.30` */
export function formatSigned(value: number): string {
  return signedHundredths.format(value).replace('-', '−')
}

export function formatWhole(value: number): string {
  return whole.format(value)
}

/** An error figure: `0`, `3.2e-4`, `not finite`, `unknown` */
export function formatError(value: number): string {
  if (Number.isNaN(value)) return valueWords.unknown
  if (!Number.isFinite(value)) return valueWords.notFinite
  if (value === 0) return '0'
  return Math.abs(value) >= 0.01 ? value.toPrecision(2) : value.toExponential(1)
}

/** `Face 2` of `face-2`: people are numbers, never names. */
export function faceName(track: TrackId): string {
  return valueWords.face(track.replace('face-', ''))
}

/** A label as words: `bags_under_eyes` becomes `bags under eyes` */
export function formatLabel(label: string): string {
  return label.replaceAll('_', ' ')
}
