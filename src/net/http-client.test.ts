import { describe, expect, it } from 'vitest'
import { VidemoError } from '../base/errors.ts'
import { type Fetch, HttpClient, type HttpClientOptions, type RetryOptions, type RetryPolicy } from './http-client.ts'
import { type HttpErrors, type RemoteFile, RetryableError } from './http-failures.ts'
import type { ServerWait } from './quiet-time.ts'
import { wholeBody } from './whole-body.ts'

const retryPolicy: RetryPolicy = { stallMs: 60_000, firstWaitMs: 100, longestWaitMs: 60_000, tries: 4 }

/** Errors that say which words were asked for, and with what. */
function error(code: string, ...what: readonly unknown[]): VidemoError {
  return new VidemoError({ code, message: what.join(' '), action: '' })
}
const words: HttpErrors = {
  refused: (_, refusal, { status }) => error('refused', refusal, status),
  accessLapsed: (_, status) => error('lapsed', status),
  tooManyRequests: (_, askedMs) => error('limited', askedMs),
  failed: (_, trouble, attempts, isReadable) => error(trouble.kind, attempts, isReadable),
}

type Answer = (init: RequestInit, number: number) => Response | Promise<Response>

function clientOf(answer: Answer, options: Partial<HttpClientOptions> = {}) {
  const waits: number[] = []
  const told: (ServerWait | undefined)[] = []
  const asked: RequestInit[] = []
  const fetch: Fetch = async (_, init = {}) => answer(init, asked.push(init) - 1)
  const client = new HttpClient(words, {
    retryPolicy,
    fetch,
    sleep: async (ms) => void waits.push(ms),
    onServerWait: (wait) => void told.push(wait),
    ...options,
  })
  const file: RemoteFile = { name: 'file', url: 'https://files.test/file?key=1', isPartlyRead: false }
  const read = (retry: RetryOptions = {}) => {
    return client.withRetries(async () => {
      const answer = await client.get(file, { signal: retry.signal })
      try {
        const bytes = await wholeBody(answer.body(), 1000)
        return new TextDecoder().decode(bytes)
      } finally {
        answer.cancel()
      }
    }, retry)
  }
  return { client, file, read, waits, told, asked }
}

const codeOf = (work: Promise<unknown>) => {
  return work.then(
    () => 'no error',
    (reason: unknown) => (reason instanceof VidemoError ? `${reason.code}: ${reason.message}` : String(reason)),
  )
}
const status = (code: number, headers: Record<string, string> = {}) => new Response('', { status: code, headers })

/** A body that gives `pieces`, then breaks, or stalls until it is aborted. */
function brokenBody(pieces: readonly string[], end: 'error' | 'stall', signal?: AbortSignal | null): Response {
  const left = [...pieces]
  return new Response(
    new ReadableStream(
      {
        pull(controller) {
          const piece = left.shift()
          if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece))
          else if (end === 'error') controller.error(new TypeError('gone'))
          else signal?.addEventListener('abort', () => controller.error(signal.reason))
        },
      },
      { highWaterMark: 0 },
    ),
  )
}

describe('a failure that may pass', () => {
  it.each<[string, string, Answer]>([
    ['no response', 'unreachable: 4 false', () => Promise.reject(new TypeError('fetch failed'))],
    ['a body that breaks', 'broken: 4 true', () => brokenBody(['some'], 'error')],
    ['a busy server', 'busy: 4 false', () => status(503)],
  ])('is tried again with longer pauses, and then has words: %s', async (_, said, answer) => {
    const { client, read, waits, asked } = clientOf(answer)
    expect(await codeOf(read())).toBe(said)
    expect(waits).toEqual([100, 200, 400])
    expect([client.requests, asked.length]).toEqual([4, 4])
    const once = clientOf((init, number) => (number === 0 ? answer(init, number) : new Response('all')))
    expect(await once.read()).toBe('all')
  })

  it('is counted anew after progress', async () => {
    let left = 10
    const { read } = clientOf(() => (left-- > 0 ? status(500) : new Response('all')))
    expect(await read({ hasProgressed: () => left % 3 === 0 })).toBe('all')
  })

  it('that is of no request is passed on', async () => {
    const { client, waits } = clientOf(() => new Response())
    await expect(
      client.withRetries(async () => {
        throw new RangeError('a mistake')
      }),
    ).rejects.toThrow('a mistake')
    expect(waits).toEqual([])
  })

  it('of the caller’s own has the caller’s own tries', async () => {
    const { client } = clientOf(() => new Response())
    let attempts = 0
    const odd = client.withRetries(async () => {
      attempts++
      throw new RetryableError((count) => error('odd', count), { tries: 2 })
    })
    expect(await codeOf(odd)).toBe('odd: 2')
    expect(attempts).toBe(2)
  })
})

describe('a stall', () => {
  it('is a response or a byte that does not come', async () => {
    const stallMs = { retryPolicy: { ...retryPolicy, stallMs: 20, tries: 2 } }
    const mute: Answer = ({ signal }) => {
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    }
    expect(await codeOf(clientOf(mute, stallMs).read())).toBe('stalled: 2 false')
    const half: Answer = ({ signal }) => brokenBody(['some'], 'stall', signal)
    expect(await codeOf(clientOf(half, stallMs).read())).toBe('stalled: 2 true')
  })

  it('is no reader who takes longer than the network', async () => {
    const { client, file } = clientOf(() => new Response('all'), { retryPolicy: { ...retryPolicy, stallMs: 20 } })
    const answer = await client.get(file)
    await new Promise((resolve) => setTimeout(resolve, 60))
    const found: number[] = []
    for await (const piece of answer.body()) {
      found.push(...piece)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    expect(String.fromCharCode(...found)).toBe('all')
  })
})

describe('a server that asks to be left alone', () => {
  it.each([429, 503])('by %d holds all requests, and that is told', async (code) => {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const waits: number[] = []
    const { read, told, asked } = clientOf(
      (_, number) => (number === 0 ? status(code, { 'retry-after': '7' }) : new Response('all')),
      {
        sleep: async (ms) => {
          waits.push(ms)
          await gate
        },
      },
    )
    const first = read()
    await expect.poll(() => waits.length).toBe(1)
    const second = read()
    await expect.poll(() => waits.length).toBe(2)
    expect(asked.length).toBe(1)
    open()
    expect(await Promise.all([first, second])).toEqual(['all', 'all'])
    expect(told).toEqual([{ ms: 7000, isTold: true }, undefined])
    expect(waits[0]).toBe(7000)
  })

  it('because it is busy, for more than is waited, fails at once or is asked before', async () => {
    const busy: Answer = (_, number) => (number === 0 ? status(503, { 'retry-after': '3600' }) : new Response('all'))
    const strict = clientOf(busy)
    expect(await codeOf(strict.read())).toBe('busy: 1 false')
    const early = clientOf(busy, { retryPolicy: { ...retryPolicy, cutsAskedWaits: true } })
    expect(await early.read()).toBe('all')
    expect([strict.waits, early.waits]).toEqual([[], [60_000]])
  })

  it('because it limits requests is waited for, unless whoever asks would not', async () => {
    const limited: Answer = (_, number) => (number < 20 ? status(429, { 'retry-after': '3' }) : new Response('all'))
    const patient = clientOf(limited)
    expect(await patient.read()).toBe('all')
    expect(patient.waits).toEqual(Array(20).fill(3000))
    expect(await codeOf(clientOf(limited).read({ mayWait: async () => false }))).toBe('limited: 3000')
  })
})

describe('a refusal', () => {
  it.each<[string, number, Record<string, string>]>([
    ['refused: gated 403', 403, { 'x-error-code': 'GatedRepo' }],
    ['refused: no-such-model 401', 401, { 'x-error-code': 'RepoNotFound' }],
    ['refused: not-allowed 403', 403, {}],
    ['refused: other 400', 400, {}],
    ['refused: other 416', 416, {}],
  ])('is not asked twice: %s', async (said, code, headers) => {
    const { read, client } = clientOf(() => status(code, headers))
    expect(await codeOf(read())).toBe(said)
    expect(client.requests).toBe(1)
  })

  it('by a server that has given something is asked twice', async () => {
    const { read, client } = clientOf(() => status(403), { readableHosts: ['files.test'] })
    expect(await codeOf(read())).toBe('refused: not-allowed 403')
    expect(client.requests).toBe(2)
  })

  it('of a file that has been given in part is a signature that has run out', async () => {
    const { read, client, file } = clientOf((_, number) =>
      number === 0 ? brokenBody(['some'], 'error') : number === 1 ? status(403) : new Response('all'),
    )
    expect(await read()).toBe('all')
    expect([client.requests, file.isPartlyRead]).toEqual([3, true])
    const lasting = clientOf((_, number) => (number === 0 ? brokenBody(['some'], 'error') : status(401)))
    expect(await codeOf(lasting.read())).toBe('lapsed: 401')
    // One more than of other failures.
    expect(lasting.client.requests).toBe(5)
  })
})

describe('every request', () => {
  it('goes to the file’s own address and tells no host which page asks', async () => {
    const { client, file, asked } = clientOf(() => new Response('all'))
    await client.get(file, { range: { from: 3, to: 9 } })
    await client.get(file, { cache: 'no-cache' })
    expect(asked[0]).toMatchObject({
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      headers: { range: 'bytes=3-9' },
    })
    expect(asked[1]).toMatchObject({ referrerPolicy: 'no-referrer', cache: 'no-cache' })
    expect(asked[1].headers).toBeUndefined()
  })

  it('ends with the reason of an abort, its own or the client’s', async () => {
    for (const whose of ['own', 'client']) {
      const controller = new AbortController()
      const { signal } = controller
      const mute: Answer = ({ signal }) => {
        setTimeout(() => controller.abort(new Error('enough')))
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('some other error'))),
        )
      }
      const { read } = clientOf(mute, whose === 'client' ? { signal } : {})
      await expect(read(whose === 'own' ? { signal } : {})).rejects.toThrow('enough')
    }
  })
})
