import type { ReliabilityBin } from '../../src/affect/probes/calibration.ts'
import type { CalibrationReport } from './calibrate.ts'

const side = 180
const gap = 48
const margin = 56

interface Plot {
  readonly title: string
  readonly bins: readonly ReliabilityBin[]
  readonly ece: number
}

/**
 * Reliability diagrams as one SVG: a row for each kind of question, before and after its temperature. A bar is the
 * accuracy of the answers of a confidence, the line what it should be; the darker a bar, the more answers it stands for.
 */
export function reliabilityDiagram({ kinds, bundle, count, seed }: CalibrationReport): string {
  const rows = Object.entries(kinds).map(([kind, { given }]): Plot[] => [
    { title: `${kind}, as read`, ...given.before },
    { title: `${kind}, at temperature ${given.temperature.toFixed(2)}`, ...given.after },
  ])
  const width = 2 * side + gap + 2 * margin
  const height = rows.length * (side + gap) + 2 * margin
  const plots = rows.flatMap((row, y) =>
    row.map((each, x) => plot(each, margin + x * (side + gap), margin + y * (side + gap))),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Reliability diagrams: how often an option was right, by the probability it was given</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin}" y="24">${escaped(`${bundle}, ${count} clips of seed ${seed}`)}</text>`,
    ...plots,
    `<text x="${width / 2}" y="${height - 20}" text-anchor="middle">confidence (0 to 1) and accuracy (0 to 1)</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function plot({ title, bins, ece }: Plot, x: number, y: number): string {
  const all = bins.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(...bins.map(({ count }) => count))
  const bars = bins.map(({ from, to, count, accuracy }) => {
    const [left, width, tall] = [from * side, (to - from) * side - 1, accuracy * side]
    const shade = (0.25 + (0.75 * count) / Math.max(1, most)).toFixed(2)
    return count === 0
      ? ''
      : `<rect x="${left.toFixed(1)}" y="${(side - tall).toFixed(1)}" width="${width.toFixed(1)}" height="${tall.toFixed(1)}" fill="#0b6b62" fill-opacity="${shade}"/>`
  })
  return [
    `<g transform="translate(${x} ${y})">`,
    `<text y="-8">${escaped(title)}: ECE ${(100 * ece).toFixed(1)} %, ${all} answers</text>`,
    ...bars,
    `<path d="M0 ${side}L${side} 0" stroke="#a3261b" fill="none"/>`,
    `<rect width="${side}" height="${side}" fill="none" stroke="#585c61"/>`,
    '</g>',
  ].join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
