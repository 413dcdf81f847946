import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCheckpoint, folderCheckpointName } from './checkpoint-folder.ts'

const files = ['config.json', 'tokenizer.json', 'model.safetensors']
const below = (folder: string, names = files) => names.map((name) => `${folder}${name}`)
const find = (paths: readonly string[], texts: Readonly<Record<string, string>> = {}) =>
  findCheckpoint('chosen', paths, async (path) => texts[path])

describe('a checkpoint', () => {
  it.each<[string, string[], string]>([
    ['is the chosen folder', below(''), ''],
    ['is the chosen folder, whatever lies in it', [...below(''), ...below('onnx/'), ...below('checkpoint-200/')], ''],
    ['is the only folder of a clone’s parent', below('VidEmo-3B/'), 'VidEmo-3B/'],
    ['lies two levels down', ['notes.txt', ...below('models/VidEmo-3B/')], 'models/VidEmo-3B/'],
    [
      'is a snapshot of a model in the hub’s cache',
      [...below('snapshots/ab12/'), 'refs/main', 'blobs/x'],
      'snapshots/ab12/',
    ],
    [
      'is the only model in the hub’s cache',
      [...below('hub/models--K--V/snapshots/ab12/'), 'hub/models--K--V/refs/main', 'hub/version.txt'],
      'hub/models--K--V/snapshots/ab12/',
    ],
    ['has its weights named by an index', ['m/config.json', 'm/model.safetensors.index.json'], 'm/'],
    ['is whole, where others are not', [...below('a/'), 'b/config.json'], 'a/'],
    ['is whole below a folder that is not', ['config.json', ...below('a/')], 'a/'],
    ['is not whole, where none is', ['a/config.json'], 'a/'],
    ['is of another kind', ['a/model-q4.gguf'], 'a/'],
    ['is an adapter', ['a/adapter_config.json', 'a/adapter_model.safetensors'], 'a/'],
    ['is of another kind, in the chosen folder', ['model-q4.gguf'], ''],
    ['is beside what version control holds', [...below('m/'), ...below('m/.git/lfs/'), ...below('.git/x/')], 'm/'],
  ])('%s', async (_, paths, folder) => {
    expect(await find(paths)).toBe(folder)
    expect(await find(paths.toReversed())).toBe(folder)
  })

  it('is the snapshot that main names, of several', async () => {
    const paths = [...below('snapshots/ab12/'), ...below('snapshots/cd34/'), 'refs/main']
    expect(await find(paths, { 'refs/main': 'cd34\n' })).toBe('snapshots/cd34/')
    const deeper = paths.map((path) => `models--K--V/${path}`)
    expect(await find(deeper, { 'models--K--V/refs/main': 'ab12' })).toBe('models--K--V/snapshots/ab12/')
    for (const text of ['gone', '']) {
      await expect(find(paths, { 'refs/main': text })).rejects.toMatchObject({ code: 'several-checkpoints' })
    }
  })

  it.each([
    ['several models', [...below('VidEmo-3B/'), ...below('x/VidEmo-7B/')], /2 checkpoints: VidEmo-3B, x\/VidEmo-7B/],
    [
      'several snapshots',
      [...below('snapshots/ab12/'), ...below('snapshots/cd34/')],
      /2 checkpoints: snapshots\/ab12, snapshots\/cd34/,
    ],
    ['ten', Array.from({ length: 10 }, (_, i) => below(`m${i}/`)).flat(), /10 checkpoints: m0, .*, m7 and 2 more/],
  ])('of %s is asked for by name', async (_, paths, said) => {
    await expect(find(paths)).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'several-checkpoints',
      message: expect.stringMatching(said),
    })
  })

  it.each<[string, string[], RegExp]>([
    ['nothing', [], /It is empty/],
    ['something else', ['a.mp4', 'b/c.txt', 'b/d/e.txt'], /It holds b\/, a\.mp4\./],
    ['a checkpoint too deep', below('a/b/c/d/e/'), /no checkpoint/],
  ])('that is not there is missed in words: %s', async (_, paths, said) => {
    await expect(find(paths)).rejects.toMatchObject({ code: 'no-checkpoint', message: expect.stringMatching(said) })
  })

  it('is found wherever it lies, among anything that is none', async () => {
    const part = fc.stringMatching(/^[a-z]{1,4}$/)
    const folder = fc.array(part, { maxLength: 4 }).map((parts) => parts.map((each) => `${each}/`).join(''))
    const other = fc.tuple(folder, fc.constantFrom('a.txt', 'b.mp4', 'tokenizer.json')).map((both) => both.join(''))
    await fc.assert(
      fc.asyncProperty(folder, fc.array(other, { maxLength: 8 }), async (folder, others) => {
        fc.pre(!folder.split('/').some((each) => ['refs', 'blobs'].includes(each)))
        expect(await find([...others, ...below(folder)])).toBe(folder)
      }),
    )
  })

  it.each([
    ['hub', 'models--KlingTeam--VidEmo-3B/snapshots/ab12/', 'VidEmo-3B'],
    ['models--KlingTeam--VidEmo-3B', 'snapshots/ab12/', 'VidEmo-3B'],
    ['models--a--b--c', 'snapshots/ab12/', 'b--c'],
    ['ab12', '', 'ab12'],
    ['parent', 'VidEmo-3B/', 'VidEmo-3B'],
  ])('in %s at “%s” is called %s', (chosen, folder, name) => {
    expect(folderCheckpointName(chosen, folder)).toBe(name)
  })
})
