import * as v from 'valibot'
import { ConfigError } from '../base/errors.ts'

/** The fields of one JSON object, with its file and path for error messages. `null` counts as absent, as in Python. */
export class Fields {
  readonly #file: string
  readonly #path: string
  readonly #value: Readonly<Record<string, unknown>>
  readonly #fallback: Fields | undefined

  constructor(file: string, value: unknown, path = '', fallback?: Fields) {
    this.#file = file
    this.#path = path
    this.#fallback = fallback
    if (!isRecord(value)) throw badField(path === '' ? file : `${file}: ${path}`, value, 'an object')
    this.#value = value
  }

  /** The same object with a fallback for absent fields. */
  withFallback(fallback: Fields): Fields {
    return new Fields(this.#file, this.#value, this.#path, fallback)
  }

  has(name: string): boolean {
    return this.#own(name) !== undefined || this.#fallback?.has(name) === true
  }

  child(name: string): Fields {
    const holder = this.#holder(name)
    return new Fields(holder.#file, holder.#own(name), holder.#pathOf(name))
  }

  /** As `child`; an object without fields if it is absent. */
  childOrEmpty(name: string): Fields {
    return this.has(name) ? this.child(name) : new Fields(this.#file, {}, this.#pathOf(name))
  }

  /** File and path of a field, e.g. `config.json: vision_config.depth`. */
  subject(name: string): string {
    return `${this.#file}: ${this.#holder(name).#pathOf(name)}`
  }

  required<T>(name: string, schema: v.GenericSchema<unknown, T>): T {
    const found = this.#holder(name).#own(name)
    const result = v.safeParse(schema, found, { abortEarly: true })
    if (result.success) return result.output
    const [issue] = result.issues
    throw badField(this.subject(name), found, found === undefined ? 'a value' : expectation(issue))
  }

  optional<T>(name: string, schema: v.GenericSchema<unknown, T>): T | undefined {
    return this.has(name) ? this.required(name, schema) : undefined
  }

  /** Throws ConfigError `bad-field` unless `holds`; the message says so if `found` is a default that the file does not give. */
  check(name: string, holds: boolean, found: unknown, expected: string): void {
    if (!holds) throw badField(this.subject(name), found, expected, !this.has(name))
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined
  }

  #holder(name: string): Fields {
    return this.#own(name) === undefined && this.#fallback?.has(name) ? this.#fallback : this
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function badField(subject: string, found: unknown, expected: string, isDefault = false): ConfigError {
  const value = isDefault ? `is not given, which means ${show(found)}` : `is ${show(found)}`
  const what = found === undefined ? 'is missing' : value
  return new ConfigError({
    code: 'bad-field',
    message: `${subject} ${what}, expected ${expected}.`,
    action: 'Use the file as the checkpoint was published; download it again if it was.',
    subject,
  })
}

/** What valibot expected, in words (`>=1`, `"silu"`, `an integer`), and at which item of a list. */
function expectation(issue: v.BaseIssue<unknown>): string {
  const at = v.getDotPath(issue)
  const expected = issue.expected ?? (issue.type === 'integer' ? 'an integer' : issue.type)
  return at === null ? expected : `${expected} at [${at}]`
}

/** A value as JSON, cut to 60 characters for a message. */
export function show(value: unknown): string {
  if (typeof value === 'string' && value.length <= 60) return JSON.stringify(value)
  let text: string
  try {
    text = JSON.stringify(value) ?? String(value)
  } catch {
    text = typeof value
  }
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
