/** The largest file that a build writes, which decides where its bundle can be kept. */
export interface LargestFile {
  readonly path: string
  readonly bytes: number
  /** The tensor that makes the file exceed `shardBytes`: tensors are not divided. Undefined if it does not. */
  readonly tensor?: string
}

interface OversizeFile extends LargestFile {
  readonly tensor: string
}

/** The static hosts that this project's documents name, and the largest file that each serves. */
const hostLimits: readonly { readonly host: string; readonly bytes: number }[] = [
  { host: 'Cloudflare Pages', bytes: 25 * 2 ** 20 },
  { host: 'GitHub Pages', bytes: 100e6 },
  { host: "Cloudflare's cache", bytes: 512e6 },
]

/** Not every browser allocates an ArrayBuffer of this size. */
const browserBytes = 2 ** 31

/**
 * Explains a file that exceeds `shardBytes`: why it does, which hosts do not serve it, and what makes it smaller.
 */
export function oversizeText({ path, bytes, tensor }: OversizeFile, shardBytes: number): string {
  const mega = (count: number) => `${(count / 1e6).toFixed(1)} MB`
  const refusing = hostLimits.filter((limit) => bytes > limit.bytes)
  const hosts = refusing.map(({ host, bytes: most }) => `${host} (${mega(most)})`).join(', ')
  return [
    `${path} holds ${tensor} alone and takes ${mega(bytes)}, more than the ${mega(shardBytes)} that a data file was to have: a tensor cannot be divided.`,
    hosts === ''
      ? 'A host that takes no larger files cannot serve it.'
      : `Too large for ${hosts}; look at your host's limit.`,
    ...(bytes >= browserBytes ? ['Browsers cannot hold a file of 2 GiB or more: this bundle is for Node only.'] : []),
    'Fewer bits make it smaller.',
  ].join(' ')
}
