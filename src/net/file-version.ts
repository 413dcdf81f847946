/** What a response tells of the version of its file. */
export interface Version {
  /** Bytes of the whole file. */
  readonly size: number
  /** Without the mark of a weak ETag; undefined where the host does not send or expose it. */
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

export function versionOf(response: Response, size: number): Version {
  return { size, etag: etagOf(response), lastModified: response.headers.get('last-modified') ?? undefined }
}

/** A response's ETag without the mark of a weak one (`W/`), which may stand for another encoding of the same bytes. */
export function etagOf({ headers }: Response): string | undefined {
  return headers.get('etag')?.replace(/^W\//, '')
}

/** A file that has come with this many different dates has none: the server sends the time of the response, or the like. */
const meaninglessDates = 4

/**
 * Tells whether responses are of one version of a file. The machines behind one address may each have an ETag of their
 * own for the same bytes. An ETag that changes and then changes back is therefore believed to be one of those: a file
 * that was replaced does not return to its old version.
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

  /** Differs when the file has changed: its ETag, or else its date; undefined where the host tells neither. */
  get name(): string | undefined {
    return this.#first.etag ?? this.#first.lastModified
  }

  /**
   * How a response differs, in words; undefined where it does not. After a difference that is not certain, the file
   * should be asked for again: the next response may show that both are one version.
   *
   * @param askedMs when the request was made, by `performance.now()`
   * @param nowMs when the response came
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

/** The ETags, or the dates, that stand for one version. */
class Names {
  readonly #known = new Set<string>()
  /** Names that may belong to another version, with the time when each first came, in milliseconds. */
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
    // A response that was asked for after a doubtful name had come has a known one: both names are of one version.
    for (const [doubtful, metMs] of this.#doubtful) {
      if (metMs > askedMs) continue
      this.#doubtful.delete(doubtful)
      this.#known.add(doubtful)
    }
    return true
  }
}
