import { closest, distance } from 'fastest-levenshtein'

/** A build variable with a list of sources for the content policy. */
export interface SourceVariable {
  readonly name: string
  /** What a right value looks like, for whoever gave a wrong one. */
  readonly example: string
  /** Words in quotes that mean something here. */
  readonly keywords: readonly ("'self'" | "'none'")[]
}

/** The hub's own address, and where it sends downloads of large files. @see https://huggingface.co/docs/hub/models-downloading */
const hubHosts = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co']

const weightHostsVariable: SourceVariable = {
  name: 'VIDEMO_WEIGHT_HOSTS',
  example: 'https://weights.example.org https://*.example.net',
  keywords: ["'none'"],
}
const frameAncestorsVariable: SourceVariable = {
  name: 'VIDEMO_FRAME_ANCESTORS',
  example: "'self' https://your.page",
  keywords: ["'self'", "'none'"],
}
const variables = [weightHostsVariable.name, frameAncestorsVariable.name]

/** A build variable has a wrong value. What it says is for whoever typed it, so it brings no stack. */
export class BuildVariableError extends Error {
  constructor(message: string) {
    super(message)
    this.stack = `Error: ${message}`
  }
}

/** From where weights may be fetched beside the page's own origin: VIDEMO_WEIGHT_HOSTS, or the hub. Throws BuildVariableError. */
export function weightHosts(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  requireKnownVariables(env)
  const hosts = parseSources(weightHostsVariable, env[weightHostsVariable.name]) ?? hubHosts
  return hosts.filter((host) => host !== "'none'")
}

/** Who may show the page in a frame: VIDEMO_FRAME_ANCESTORS, or the page's own origin. Throws BuildVariableError. */
export function frameAncestors(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  requireKnownVariables(env)
  return parseSources(frameAncestorsVariable, env[frameAncestorsVariable.name]) ?? ["'self'"]
}

/**
 * A variable's value as sources of a content policy, in lower case and each once; undefined where it is not set, or
 * empty. Throws BuildVariableError with what is wrong and an example: a wrong value would be a hole in the policy, or a policy that
 * browsers read otherwise than whoever wrote it.
 */
export function parseSources(variable: SourceVariable, value: string | undefined): readonly string[] | undefined {
  if (value === undefined || /^ *$/.test(value)) return undefined
  const refuse = (why: string): never => {
    throw new BuildVariableError(
      `${variable.name}: ${why} Give sources apart by spaces, as in ${variable.name}="${variable.example}".`,
    )
  }
  const printed = JSON.stringify(value)
  if (/[^\x20-\x7e]/.test(value) && !/[^\P{Cc}]/u.test(value)) {
    refuse(`${printed} has letters outside ASCII; write such a host as browsers send it (xn--…).`)
  }
  if (/[^\x20-\x7e]/.test(value))
    refuse(`${printed} has a line break or another control character, which would end the header.`)
  if (/[;,]/.test(value)) refuse(`${printed} has a semicolon or a comma, which would begin another rule of the policy.`)
  const sources = [
    ...new Set(
      value
        .split(' ')
        .filter(Boolean)
        .map((source) => parseSource(variable, source, refuse)),
    ),
  ]
  if (sources.includes("'none'") && sources.length > 1) refuse("'none' stands alone.")
  return sources
}

function parseSource({ keywords }: SourceVariable, source: string, refuse: (why: string) => never): string {
  const text = source.toLowerCase()
  if (/['"`]/.test(text)) {
    const keyword = keywords.find((each) => each === text)
    if (keyword) return keyword
    return refuse(`${source} is none of the words that may stand in quotes here (${keywords.join(', ')}).`)
  }
  if (keywords.some((keyword) => keyword === `'${text}'`)) return refuse(`${source} needs its quotes: '${text}'.`)
  if (text === 'https:' || text === 'http:') return text
  if (text === '*') return refuse('* is too wide; https: allows every host with HTTPS.')
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(text)?.[1]
  const [, prefix, rest] = /^(https?:\/\/)(.*)$/.exec(text) ?? []
  if (!prefix) {
    // A host with a port looks like a scheme.
    if (scheme && !/^[\w.*-]+:(\d+|\*)(\/|$)/.test(text)) return refuse(`${source} is neither https:// nor http://.`)
    return refuse(`${source} has no scheme; is it https://${text}?`)
  }
  const [, host = '', port, path = ''] = /^([^/:]*)(?::([^/]*))?(\/.*)?$/.exec(rest) ?? []
  if (rest.includes('[')) return refuse(`${source}: content policies know no IPv6 addresses.`)
  if (rest.includes('@')) return refuse(`${source} has a user's name in it.`)
  if (path !== '' && path !== '/') return refuse(`${source} has a path; name the host alone, ${prefix}${host}.`)
  if (port !== undefined && port !== '*' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    return refuse(`${source}: ${port || 'nothing'} is no port; give a number up to 65535, or *.`)
  }
  const name = host.replace(/^\*\./, '')
  if (name.includes('*')) {
    return refuse(`${source}: a * stands for whole names before the first dot, as in ${prefix}*.example.org.`)
  }
  if (!/^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(name) || name.length > 253) {
    return refuse(`${source}: ${name === '' ? 'the host is missing.' : `${name} is no name of a host.`}`)
  }
  if (name !== host && !name.includes('.')) {
    return refuse(`${source} would allow every host whose name ends in .${name}; name the one whose hosts are meant.`)
  }
  return `${prefix}${host}${port === undefined ? '' : `:${port}`}`
}

/** A misspelt variable would leave the policy as it is without a word. Throws BuildVariableError. */
function requireKnownVariables(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (!name.startsWith('VIDEMO_') || variables.includes(name)) continue
    const nearest = closest(name, variables)
    if (distance(name, nearest) <= 4)
      throw new BuildVariableError(`${name}: there is no such variable. Did you mean ${nearest}?`)
  }
}
