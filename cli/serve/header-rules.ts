/** One rule of a `_headers` file: the paths that it covers, and what is sent with them. */
export interface HeaderRule {
  readonly covers: (path: string) => boolean
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/**
 * Reads the format that several static hosts share: a path with `*`, and below it, indented, its headers. Throws Error
 * with the line that is no header.
 */
export function parseHeaders(text: string): HeaderRule[] {
  return text
    .split(/^(?=\S)/m)
    .filter((block) => block.trim())
    .map((block) => {
      const [path, ...lines] = block.trim().split('\n')
      const pattern = new RegExp(`^${path.split('*').map(escapeForPattern).join('.*')}$`)
      return {
        covers: (name) => pattern.test(name),
        headers: lines.map((line) => {
          const [, name, value] = /^\s*([\w-]+):\s*(.*)$/.exec(line) ?? []
          if (!name) throw new Error(`_headers: ${line}`)
          return [name.toLowerCase(), value] as const
        }),
      }
    })
}

/** The headers of all rules that cover a path (`/assets/x.js`); of two with one name, the later. */
export function headersFor(rules: readonly HeaderRule[], path: string): Readonly<Record<string, string>> {
  return Object.fromEntries(rules.filter(({ covers }) => covers(path)).flatMap(({ headers }) => headers))
}

function escapeForPattern(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}
