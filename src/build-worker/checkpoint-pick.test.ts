import { describe, expect, it } from 'vitest'
import { checkpointIn, folderOfFiles } from './checkpoint-pick.ts'

const file = (path: string, text = 'x') => {
  const made = new File([text], path.split('/').at(-1) ?? '')
  Object.defineProperty(made, 'webkitRelativePath', { value: path })
  return made
}
const found = async (...files: File[]) => {
  const source = await checkpointIn(folderOfFiles(files))
  if (source.type !== 'folder') throw new Error('no folder')
  return [source.name, source.files.map(({ name }) => name)]
}

describe('a chosen folder', () => {
  it('is its own files, and none of the folders inside it', async () => {
    expect(await found(file('model/config.json'), file('model/onnx/config.json'), file('model/a.safetensors'))).toEqual(
      ['model', ['config.json', 'a.safetensors']],
    )
  })

  it('may be one or two levels too high', async () => {
    expect(
      await found(
        file('clones/README.md'),
        file('clones/VidEmo-3B/config.json'),
        file('clones/VidEmo-3B/a.safetensors'),
      ),
    ).toEqual(['VidEmo-3B', ['config.json', 'a.safetensors']])
    const cache = ['ab', 'cd'].flatMap((hash) =>
      ['config.json', 'a.safetensors'].map((name) => file(`models--K--V/snapshots/${hash}/${name}`)),
    )
    expect(await found(...cache, file('models--K--V/refs/main', 'cd'))).toEqual(['V', ['config.json', 'a.safetensors']])
  })

  it('without a checkpoint, or with several, says what is there', async () => {
    await expect(found(file('films/a.mp4'))).rejects.toMatchObject({
      code: 'no-checkpoint',
      message: expect.stringMatching(/^films holds no checkpoint.*It holds a\.mp4/),
    })
    await expect(found(file('m/a/config.json'), file('m/b/config.json'))).rejects.toMatchObject({
      code: 'several-checkpoints',
      message: 'm holds 2 checkpoints: a, b.',
    })
  })
})
