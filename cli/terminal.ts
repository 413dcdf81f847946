import { stripVTControlCharacters } from 'node:util'

/** What is asked of a stream: `process.stdout` and the like. */
export interface MaybeTerminal {
  readonly isTTY?: boolean
}

/** Whether lines can be rewritten, as bars and status lines do. Pipes and files get none of that. */
export function canRewriteLines(stream: MaybeTerminal, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb'
}

/**
 * Whether to write in colors: on a terminal, unless NO_COLOR is set; FORCE_COLOR decides for itself, 0 and false
 * against. As Node does for its own messages. @see https://no-color.org @see https://force-color.org
 */
export function takesColors(stream: MaybeTerminal, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  if (env.NO_COLOR) return false
  return canRewriteLines(stream, env)
}

/** The text as this stream takes it. */
export function forStream(text: string, stream: MaybeTerminal, env: NodeJS.ProcessEnv = process.env): string {
  return takesColors(stream, env) ? text : stripVTControlCharacters(text)
}
