/** More than any manifest needs, and little enough for recursive code to walk. */
const mostDepth = 32
/** Keys that could reach an object's prototype. */
const prototypeKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses JSON from a source that is not trusted.
 *
 * @throws SyntaxError where it is not JSON, is nested more than 32 levels deep (which is checked before it is parsed), or
 *   has a key that could reach a prototype
 */
export function parseUntrustedJson(text: string): unknown {
  checkDepth(text)
  const value: unknown = JSON.parse(text)
  checkKeys(value)
  return value
}

function checkDepth(text: string): void {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (isInString) {
      if (char === '\\') at++
      else if (char === '"') isInString = false
    } else if (char === '"') isInString = true
    else if (char === '[' || char === '{') {
      if (++depth > mostDepth) throw new SyntaxError(`nested more than ${mostDepth} deep`)
    } else if (char === ']' || char === '}') depth--
  }
}

function checkKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (prototypeKeys.has(key)) throw new SyntaxError(`a field of the name ${key}`)
    checkKeys(inner)
  }
}
