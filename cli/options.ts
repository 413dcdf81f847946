/** A wrong word on the command line; citty's own errors carry the same name. */
export class CLIError extends Error {
  override readonly name = 'CLIError'
}

/** The person pressed Ctrl+C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** The value as one of the allowed words. Throws CLIError. */
export function oneOf<const T extends readonly string[]>(option: string, value: string, allowed: T): T[number] {
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw new CLIError(`${option} ${value}: choose one of ${allowed.join(', ')}.`)
  return found
}

/** The value as one of the allowed numbers, or undefined when it was not given. Throws CLIError. */
export function bitsOption<const T extends readonly number[]>(
  option: string,
  value: string | undefined,
  allowed: T,
): T[number] | undefined {
  if (value === undefined) return undefined
  const found = allowed.find((each) => String(each) === value)
  if (found === undefined) throw new CLIError(`${option} ${value}: choose one of ${allowed.join(', ')}.`)
  return found
}

/** A whole number of at least `least`, or undefined. Throws CLIError. */
export function countOption(option: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined
  const count = Number(value)
  if (!Number.isSafeInteger(count) || count < least) {
    throw new CLIError(`${option} ${value}: give a whole number of at least ${least}.`)
  }
  return count
}
