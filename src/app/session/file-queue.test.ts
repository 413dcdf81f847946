import { describe, expect, it } from 'vitest'
import { emptyFile } from '../../capture/file-errors.ts'
import { Store } from '../store.ts'
import { blankState } from '../testing/fake-session.ts'
import { FileQueue } from './file-queue.ts'
import type { NamedFile } from './queued-file.ts'

function setUp() {
  const store = new Store(blankState)
  const opened: NamedFile[] = []
  const queue = new FileQueue(store, async (file) => {
    opened.push(file)
    queue.begin(file.file)
  })
  const states = () => store.get().queue.map(({ name, progress }) => `${name} ${progress.state}`)
  const end = (...[progress]: Parameters<FileQueue['end']> extends [Blob, infer P] ? [P] : never) =>
    queue.end(opened[opened.length - 1].file, progress)
  return { store, queue, opened, states, end, names: () => opened.map(({ name }) => name) }
}

const files = (...names: string[]): NamedFile[] => names.map((name) => ({ name, file: new Blob([name]) }))

describe('FileQueue', () => {
  it('opens one file alone at once, without a list', async () => {
    const { queue, names, states } = setUp()
    await queue.take(files('a'))
    await queue.take(files('b'))
    expect(names()).toEqual(['a', 'b'])
    expect(states()).toEqual([])
  })

  it('reads several in their order, goes on behind those that fail, and ignores none', async () => {
    const { queue, names, states, end, store } = setUp()
    await queue.take(files('a', 'b', 'c'))
    expect(states()).toEqual(['a reading', 'b waiting', 'c waiting'])
    expect(end({ state: 'read' })).toBe(true)
    await queue.next(true)
    expect(end({ state: 'failed', error: emptyFile() })).toBe(true)
    await queue.next(true)
    expect(store.get().announcement.replace(/[\u2068\u2069]/g, '')).toBe('b failed: The file is empty. File 3 of 3: c.')
    expect(end({ state: 'read' })).toBe(true)
    expect(await queue.next(true)).toBe(false)
    queue.summarize()
    expect(store.get().announcement).toBe('2 of 3 files were read to their end.')
    expect(names()).toEqual(['a', 'b', 'c'])
    expect(states()).toEqual(['a read', 'b failed', 'c read'])
  })

  it('takes what is chosen meanwhile to its end, and holds when a person stops', async () => {
    const { queue, names, states, end } = setUp()
    await queue.take(files('a', 'b'))
    await queue.take(files('c'))
    expect(states()).toEqual(['a reading', 'b waiting', 'c waiting'])
    expect(end({ state: 'stopped' })).toBe(false)
    await queue.take(files('d'))
    expect(names()).toEqual(['a', 'b'])
    expect(states()).toEqual(['a stopped', 'b reading', 'c waiting', 'd waiting'])
  })

  it('takes files out of the list, but not the one that is being read', async () => {
    const { queue, states, store } = setUp()
    await queue.take(files('a', 'b', 'c'))
    const [a, b] = store.get().queue
    queue.remove(a.id)
    queue.remove(b.id)
    expect(states()).toEqual(['a reading', 'c waiting'])
    queue.clear()
    expect(states()).toEqual(['a reading'])
  })

  it('begins a new list with the next choice once all were read', async () => {
    const { queue, states, end } = setUp()
    await queue.take(files('a', 'b'))
    end({ state: 'read' })
    await queue.next(true)
    end({ state: 'read' })
    await queue.take(files('c', 'd'))
    expect(states()).toEqual(['c reading', 'd waiting'])
  })

  it('reads a file again that was read before', async () => {
    const { queue, states, opened, end } = setUp()
    await queue.take(files('a', 'b'))
    end({ state: 'stopped' })
    queue.begin(opened[0].file)
    expect(states()).toEqual(['a reading', 'b waiting'])
  })
})
