import { aboutOf, type BenchReport, type Row, tablesOf } from './report.ts'

interface Table {
  readonly head: readonly string[]
  readonly rows: readonly Row[]
}

export function terminalText(report: BenchReport): string {
  return [aboutOf(report), ...tablesOf(report).map(alignedTable)].join('\n\n')
}

export function markdownText(report: BenchReport): string {
  const tables = tablesOf(report).map(markdownTable)
  return [`\`${report.command}\``, aboutOf(report), ...tables].join('\n\n')
}

export function markdownTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(({ title, cells }) => line([title, ...cells]))].join(
    '\n',
  )
}

function alignedTable({ head, rows }: Table): string {
  const lines = [head, ...rows.map(({ title, cells }) => [title, ...cells])]
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)))
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * Puts a section between its marks, `<!-- name -->` and `<!-- /name -->`, where they are, and at the end with marks of
 * its own where they are not. The rest of the page stays.
 */
export function withSection(page: string, name: string, section: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const marked = `${open}\n\n${section}\n\n${close}`
  const [start, end] = [page.indexOf(open), page.indexOf(close)]
  if (start >= 0 && end > start) return page.slice(0, start) + marked + page.slice(end + close.length)
  return `${page.trimEnd()}\n\n${marked}\n`
}
