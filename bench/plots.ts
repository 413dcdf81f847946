import { aboutOf, type BenchReport, tablesOf } from './report.ts'

/** Values by alternation, one line of dots. */
interface Series {
  readonly name: string
  readonly values: readonly number[]
  readonly colour: string
}

interface Plot {
  readonly title: string
  readonly series: readonly Series[]
}

const colours = { stock: '#b4572e', ours: '#2660a4', plain: '#2f8f6b' } as const

/** A page of its own, without scripts: tables and one dot an alternation. */
export function plotsPage(report: BenchReport): string {
  const tables = tablesOf(report).map(
    ({ head, rows }) =>
      `<table><thead><tr>${head.map((cell) => `<th>${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows
        .map(({ title, cells }) => `<tr>${[title, ...cells].map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Benchmark</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1.5rem 0 } td, th { padding: .25rem .75rem; border-bottom: 1px solid #ddd; text-align: left }
figure { margin: 2rem 0 } figcaption { font-weight: 600 } svg { width: 100%; height: auto }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd } td, th { border-color: #444 } }
</style>
</head>
<body>
<h1>Benchmark</h1>
<p><code>${escaped(report.command)}</code></p>
<p>${escaped(aboutOf(report))}</p>
${tables.join('\n')}
${plotsOf(report).map(figure).join('\n')}
</body>
</html>
`
}

function plotsOf({ sides }: BenchReport): Plot[] {
  if (!sides) return []
  const { alternations } = sides
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const bySide = (title: string, of: (update: (typeof alternations)[number]['stock']) => number): Plot => ({
    title,
    series: [
      { name: 'stock', colour: colours.stock, values: alternations.map(({ stock }) => of(stock)) },
      { name: 'ours', colour: colours.ours, values: alternations.map(({ ours }) => mean(ours.map(of))) },
      { name: 'no drafts', colour: colours.plain, values: alternations.map(({ plain }) => of(plain)) },
    ],
  })
  return [
    bySide('Update period, s', ({ periodMs }) => periodMs / 1000),
    bySide('To the first token, s', ({ firstTokenMs }) => firstTokenMs / 1000),
    bySide('Decode, tokens/s', ({ tokens, decodeMs }) => ((tokens - 1) / decodeMs) * 1000),
    {
      title: 'Probe of 7 options and a bare pass over the same tokens, s',
      series: [
        {
          name: 'bare',
          colour: colours.stock,
          values: alternations.map(({ probes }) => mean(probes.map(({ bareMs }) => bareMs)) / 1000),
        },
        {
          name: 'probe',
          colour: colours.ours,
          values: alternations.map(({ probes }) => mean(probes.map(({ probeMs }) => probeMs)) / 1000),
        },
      ],
    },
  ]
}

const width = 640
const left = 70
const rowHeight = 34

/** A scale from zero, a row of dots a series, a bar at its median. */
export function figure({ title, series }: Plot): string {
  const most = Math.max(...series.flatMap(({ values }) => values), Number.MIN_VALUE)
  const x = (value: number) => left + (value / most) * (width - left - 20)
  const height = series.length * rowHeight + 30
  const rows = series.map(({ name, values, colour }, row) => {
    const y = row * rowHeight + rowHeight / 2
    const median = values.toSorted((a, b) => a - b)[values.length >> 1]
    const dots = values.map(
      (value) => `<circle cx="${x(value).toFixed(1)}" cy="${y}" r="5" fill="${colour}" fill-opacity=".55"/>`,
    )
    return [
      `<text x="${left - 10}" y="${y + 5}" text-anchor="end" fill="currentColor">${escaped(name)}</text>`,
      `<line x1="${left}" x2="${x(median).toFixed(1)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
    ].join('')
  })
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = x(most * share).toFixed(1)
    return `<text x="${at}" y="${height - 6}" text-anchor="middle" font-size="12" fill="currentColor">${(most * share).toPrecision(2)}</text>`
  })
  return `<figure><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${rows.join('')}${ticks.join('')}</svg></figure>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
