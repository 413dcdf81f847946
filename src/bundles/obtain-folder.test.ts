import { describe, expect, it } from 'vitest'
import type { BundleFile } from './bundle-source.ts'
import { type ObtainOptions, obtainBundle } from './obtain-bundle.ts'
import type { TransferProgress } from './progress.ts'
import { bundle, everyPath, expectWhole, memory } from './testing/obtained.ts'

describe('a chosen folder', () => {
  const files = ({ contents, manifest } = bundle): BundleFile[] => [
    { path: 'tiny/manifest.json', blob: new Blob([manifest.bytes]) },
    ...Object.entries(contents).map(([path, text]) => ({ path: `tiny/${path}`, blob: new Blob([text]) })),
    { path: 'tiny/.DS_Store', blob: new Blob(['x']) },
  ]
  const changed = (path: string, text: string) => {
    return files().map((file) => (file.path === `tiny/${path}` ? { path: file.path, blob: new Blob([text]) } : file))
  }
  const load = (given: readonly BundleFile[], options: Partial<ObtainOptions> = {}) => {
    return obtainBundle({ type: 'files', name: 'tiny', files: given }, { ...memory(), ...options })
  }

  it('is verified and read in place', async () => {
    const progress: TransferProgress[] = []
    const seen: boolean[] = []
    const obtained = await load(files(), {
      onProgress: (step) => progress.push(step),
      onManifest: (_, isStored) => void seen.push(isStored),
    })
    await expectWhole(obtained)
    expect(obtained).toMatchObject({ name: 'tiny', store: 'folder', notices: [] })
    expect(obtained.kept?.map(({ path }) => path).sort()).toEqual(everyPath)
    expect(progress.at(-1)).toMatchObject({ doneBytes: bundle.totalBytes, totalBytes: bundle.totalBytes })
    expect(seen).toEqual([true])
    // What was kept loads again, without a hash.
    await expectWhole(await load(obtained.kept ?? [], { trusted: true, onProgress: () => expect.unreachable() }))
  })

  it('is refused for its manifest before a file is looked at', async () => {
    const veto = () => {
      throw new Error('too large')
    }
    await expect(load(files().slice(0, 1), { onManifest: veto })).rejects.toThrow('too large')
  })

  const damaged = 'data/vision.000'
  const data = bundle.contents[damaged]

  it.each([
    ['missing-file', damaged, files().filter(({ path }) => !path.endsWith(damaged))],
    ['wrong-size', damaged, changed(damaged, data.slice(1))],
    ['wrong-hash', damaged, changed(damaged, `w${data.slice(1)}`)],
    ['bad-manifest', 'manifest.json', changed('manifest.json', 'no JSON')],
    ['not-a-bundle', 'tiny', changed('manifest.json', ' '.repeat(2 ** 20 + 1))],
    ['not-a-bundle', 'tiny', files().slice(1)],
  ])('%s', async (code, subject, given) => {
    await expect(load(given)).rejects.toMatchObject({ code, subject })
  })

  it('tells of a wrong size before it hashes anything', async () => {
    const given = changed('empty', 'not empty')
    await expect(load(given, { onProgress: () => expect.unreachable() })).rejects.toMatchObject({
      code: 'wrong-size',
      subject: 'empty',
    })
  })

  it('names a file that cannot be read any more', async () => {
    const gone = new Blob([data])
    gone.slice = () => Object.assign(new Blob(['x']), { arrayBuffer: () => Promise.reject(new Error('changed')) })
    const given = files().map((file) => (file.path.endsWith(damaged) ? { ...file, blob: gone } : file))
    await expect(load(given)).rejects.toMatchObject({ code: 'unreadable-file', subject: damaged })
  })

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController()
    const stop = () => controller.abort(new DOMException('enough', 'AbortError'))
    await expect(load(files(), { signal: controller.signal, onProgress: stop })).rejects.toThrow('enough')
  })
})
