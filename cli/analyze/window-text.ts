import type { Stage } from '../../src/affect/stages.ts'
import type { PersonNode } from '../../src/affect/tree.ts'
import { formatLabel, formatSpan, formatTime } from '../../src/app/format.ts'
import type { FinishReason } from '../../src/reading/events.ts'
import { claimsText, measuredLines, trackText } from './measured-text.ts'
import { count } from './status-text.ts'
import type { WindowRecord } from './window-record.ts'

/** Labels of a kind that a line names. */
const mostLabels = 6

const endings: Readonly<Record<FinishReason, string>> = {
  'end-of-text': '',
  length: ' [cut: --max-tokens]',
  'context-full': ' [cut: the context is full]',
  stopped: ' [stopped]',
}

const viewWords = { face: 'crop', twin: 'drawn twin' } as const

/** A window for a person to read: its time span, what was answered, and what was understood of it. */
export function windowText(record: WindowRecord, stages: readonly Stage[]): string {
  const { track, view, window, startS, endS, frames, answers, tree, measured, claims } = record
  // A lone frame, such as a picture, is shown to the model several times.
  const different = new Set(frames).size
  const when = different === 1 ? formatTime(startS) : formatSpan(startS, endS)
  const face = trackText(track)
  const whose = [...(face ? [`, ${face}`] : []), ...(view === 'picture' ? [] : [`, its ${viewWords[view]}`])].join('')
  const lines = [`Window ${window + 1}${whose}: ${when}, ${count(different, 'frame')}`]
  for (const { id, title } of stages) {
    const answer = answers[id]
    if (answer) lines.push(`  ${title}: ${printable(answer.text)}${endings[answer.finish]}`)
  }
  if (tree.persons.length === 0) lines.push('  Reads as: nothing that was understood')
  else lines.push(...tree.persons.map(personText))
  if (measured) lines.push(...measuredLines(measured))
  const held = claimsText(claims ?? [], view)
  if (held) lines.push(`  Held against it: ${held}`)
  return `${lines.join('\n')}\n`
}

function personText({ name, attributes, expressions, emotions }: PersonNode): string {
  const kinds = [
    ['emotion', emotions.map(({ label }) => label)],
    [
      'expression',
      expressions.map(({ label, actionUnits }) =>
        actionUnits.length === 0 || actionUnits.some((unit) => unit === label)
          ? label
          : `${label} (${actionUnits.join(', ')})`,
      ),
    ],
    ['attributes', attributes.map(({ label }) => label)],
  ] as const
  const parts = kinds.flatMap(([kind, labels]) => (labels.length === 0 ? [] : [`${kind} ${topOf(labels)}`]))
  return `  Reads as: ${printable([name, ...parts].join('; '))}`
}

function topOf(labels: readonly string[]): string {
  const shown = labels.slice(0, mostLabels).map(formatLabel).join(', ')
  return labels.length > mostLabels ? `${shown} and ${labels.length - mostLabels} more` : shown
}

/** Without what a terminal would take for a command; further lines are set in. */
function printable(text: string): string {
  return text
    .trim()
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .replaceAll('\n', '\n    ')
}
