import { describe, expect, it } from 'vitest'
import { checkpointAddress } from './checkpoint-address.ts'
import { settledAddress } from './hub-revision.ts'

/** The hub, with a model that has these revisions. */
function hubWith(revisions: readonly string[]) {
  const asked: string[] = []
  const options = {
    fetch: async (input: RequestInfo | URL) => {
      const [, , , , revision] = new URL(String(input)).pathname.split('/')
      asked.push(decodeURIComponent(revision))
      if (revisions.includes(decodeURIComponent(revision))) return new Response('{}')
      return new Response('', { status: 404, headers: { 'x-error-code': 'RevisionNotFound' } })
    },
  }
  return { asked, settle: (text: string) => settledAddress(checkpointAddress(text), options) }
}

const page = 'https://huggingface.co/a/b/tree/'
const files = 'https://huggingface.co/a/b/resolve/'

describe('the revision of a page', () => {
  it.each([
    ['main/sub', ['main'], 'main/sub/', ['main']],
    ['new/heads', ['main', 'new/heads'], 'new%2Fheads/', ['new', 'new/heads']],
    ['new/heads/sub', ['new/heads'], 'new%2Fheads/sub/', ['new', 'new/heads']],
    ['new/heads/sub?a=b', ['new/heads/sub'], 'new%2Fheads%2Fsub/?a=b', ['new', 'new/heads', 'new/heads/sub']],
    // Nothing is guessed: the build will say that there is no such revision.
    ['gone/sub', ['main'], 'gone/sub/', ['gone', 'gone/sub']],
    // Nothing is in question.
    ['main', ['main'], 'main/', []],
    ['gone', ['main'], 'gone/', []],
    ['refs/pr/3/sub', ['refs/pr/3'], 'refs%2Fpr%2F3/sub/', []],
    ['new%2Fheads/sub', ['new/heads'], 'new%2Fheads/sub/', []],
  ])('%s, of a model with %j', async (path, revisions, address, asks) => {
    const hub = hubWith(revisions)
    expect(await hub.settle(page + path)).toBe(files + address)
    expect(hub.asked).toEqual(asks)
  })

  it('is not in question elsewhere', async () => {
    const hub = hubWith([])
    expect(await hub.settle('https://example.org/a/b/tree/new/heads/')).toBe('https://example.org/a/b/tree/new/heads/')
    expect(hub.asked).toEqual([])
  })
})
