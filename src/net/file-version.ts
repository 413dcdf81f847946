/** What a response says of the version that it is of. */
export interface Version {
  readonly size: number
  /** Without the mark of a weak one; undefined where the host does not send or expose it. */
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

export function versionOf(response: Response, size: number): Version {
  return { size, etag: etagOf(response), lastModified: response.headers.get('last-modified') ?? undefined }
}

/** Without the mark of a weak one, which may be of another encoding of the same bytes. */
export function etagOf({ headers }: Response): string | undefined {
  return headers.get('etag')?.replace(/^W\//, '')
}

/** So many dates, all different, are no dates of a file. */
const meaninglessDates = 4

/**
 * Tells whether responses are of one version of a file. The machines behind one address may each have a tag of their own
 * for the same bytes: a tag that changes and changes back stands for no new version, since a file does not go back.
 */
export class FileVersion {
  readonly #tags: Names
  readonly #dates: Names

  readonly #first: Version

  constructor(first: Version) {
    this.#first = first
    this.#tags = new Names(first.etag)
    this.#dates = new Names(first.lastModified)
  }

  get size(): number {
    return this.#first.size
  }

  /** What is another when the file has changed. */
  get name(): string | undefined {
    return this.#first.etag ?? this.#first.lastModified
  }

  /**
   * How a response differs, in words; undefined where it does not. Of a difference that is not `certain`, ask again.
   *
   * @param askedMs when it was asked for
   * @param nowMs when it came
   */
  difference(
    now: Version,
    askedMs: number,
    nowMs = performance.now(),
  ): { readonly how: string; readonly isCertain: boolean } | undefined {
    if (now.size !== this.size) return { how: `it had ${this.size} bytes, now ${now.size}`, isCertain: true }
    // Equal tags outweigh dates, which differ between the machines behind one address.
    if (this.#first.etag !== undefined && now.etag !== undefined) {
      return this.#tags.has(now.etag, askedMs, nowMs) ? undefined : { how: 'its ETag differs', isCertain: false }
    }
    if (this.#first.lastModified === undefined || now.lastModified === undefined) return undefined
    if (this.#dates.has(now.lastModified, askedMs, nowMs) || this.#dates.others >= meaninglessDates - 1)
      return undefined
    return { how: 'its date differs', isCertain: false }
  }
}

/** What one version is called. */
class Names {
  readonly #known = new Set<string>()
  /** Names that may be of another version, and when they were first met. */
  readonly #doubtful = new Map<string, number>()

  constructor(first: string | undefined) {
    if (first !== undefined) this.#known.add(first)
  }

  get others(): number {
    return this.#doubtful.size
  }

  has(name: string, askedMs: number, nowMs: number): boolean {
    if (!this.#known.has(name)) {
      if (!this.#doubtful.has(name)) this.#doubtful.set(name, nowMs)
      return false
    }
    // This one was asked for after a doubtful one had come, and has the old name: both are names of one version.
    for (const [doubtful, metMs] of this.#doubtful) {
      if (metMs > askedMs) continue
      this.#doubtful.delete(doubtful)
      this.#known.add(doubtful)
    }
    return true
  }
}
