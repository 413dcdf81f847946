/** Whether a parsed value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a parsed value is a whole number of at least 0 that a double holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** A value as text for a message, of at most 100 characters. */
export function show(value: unknown): string {
  let text: string
  try {
    text = JSON.stringify(value) ?? String(value)
  } catch {
    // The value is nested too deeply to be written out.
    text = typeof value
  }
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}

/**
 * The first key that occurs twice in one object of a JSON text; undefined when there is none. JSON.parse does not tell: it
 * keeps the last value silently.
 *
 * @param text valid JSON
 */
export function findDuplicateKey(text: string): string | undefined {
  // One entry per open bracket: the keys seen so far, or undefined for an array.
  const open: (Set<string> | undefined)[] = []
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '{') open.push(new Set())
    else if (char === '[') open.push(undefined)
    else if (char === '}' || char === ']') open.pop()
    else if (char === '"') {
      const begin = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      const end = i + 1
      while (/\s/.test(text[i + 1] ?? '')) i++
      const keys = open.at(-1)
      if (text[i + 1] !== ':' || keys === undefined) continue
      const key: unknown = JSON.parse(text.slice(begin, end))
      if (typeof key !== 'string') continue
      if (keys.has(key)) return key
      keys.add(key)
    }
  }
  return undefined
}
