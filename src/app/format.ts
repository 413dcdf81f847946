const one = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** `1.8 MB`, `2.1 GB` */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${one.format(bytes / 1e9)} GB`
  return bytes >= 1e6 ? `${one.format(bytes / 1e6)} MB` : `${whole.format(bytes / 1e3)} kB`
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

/** `31 tok/s`, `0.4 tok/s` */
export function formatRate(perSecond: number): string {
  return `${perSecond < 10 ? one.format(perSecond) : whole.format(perSecond)} tok/s`
}

export function formatWhole(value: number): string {
  return whole.format(value)
}
