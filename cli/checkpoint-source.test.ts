import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { HttpFiles } from '../src/build/checkpoint/http-files.ts'
import { openCheckpointSource } from './checkpoint-source.ts'

const top = mkdtempSync(join(tmpdir(), 'videmo-source-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

function write(path: string, text = 'x'): void {
  mkdirSync(dirname(join(top, path)), { recursive: true })
  writeFileSync(join(top, path), text)
}

const open = (text: string) => openCheckpointSource(text, () => undefined)

write('one/VidEmo-3B/config.json')
write('one/VidEmo-3B/model.safetensors')
write('one/notes.txt')
write('two/a/config.json')
write('two/b/config.json')
// As the hub's own tools lay it out: snapshots are links into the blobs.
for (const hash of ['ab12', 'cd34']) {
  for (const name of ['config.json', 'model.safetensors']) {
    write(`hub/models--K--V/blobs/${hash}-${name}`)
    mkdirSync(join(top, `hub/models--K--V/snapshots/${hash}`), { recursive: true })
    symlinkSync(`../../blobs/${hash}-${name}`, join(top, `hub/models--K--V/snapshots/${hash}/${name}`))
  }
}
write('hub/models--K--V/refs/main', 'cd34')
symlinkSync(join(top, 'one'), join(top, 'link'))

describe('what --checkpoint means', () => {
  it.each([
    ['one/VidEmo-3B', 'one/VidEmo-3B/'],
    ['one/VidEmo-3B/', 'one/VidEmo-3B/'],
    ['one/VidEmo-3B/config.json', 'one/VidEmo-3B/'],
    ['one', 'one/VidEmo-3B/'],
    ['link', 'link/VidEmo-3B/'],
    ['hub', 'hub/models--K--V/snapshots/cd34/'],
    ['hub/models--K--V', 'hub/models--K--V/snapshots/cd34/'],
    ['hub/models--K--V/snapshots/ab12', 'hub/models--K--V/snapshots/ab12/'],
  ])('the folder %s holds it in %s', async (given, folder) => {
    const { origin } = await open(join(top, given))
    expect(join(origin, '/')).toBe(join(top, folder))
  })

  it('a folder that exists wins over a model of that name', async () => {
    const before = process.cwd()
    try {
      process.chdir(top)
      expect((await open('one/VidEmo-3B')).origin).toBe('one/VidEmo-3B')
      const model = await open('one/VidEmo-7B')
      expect(model).toBeInstanceOf(HttpFiles)
      expect(model.origin).toBe('https://huggingface.co/one/VidEmo-7B/resolve/main/')
    } finally {
      process.chdir(before)
    }
  })

  it('an address is read as the page reads it', async () => {
    const files = await open('hf.co/KlingTeam/VidEmo-3B/tree/refs/pr/3/sub')
    expect(files.origin).toBe('https://huggingface.co/KlingTeam/VidEmo-3B/resolve/refs%2Fpr%2F3/sub/')
  })

  it.each([
    ['two', 'several-checkpoints', /2 checkpoints: a, b/],
    ['one/nothing', 'no-checkpoint', /There is no folder/],
    ['one/notes.txt', 'no-checkpoint', /is a file/],
    ['hub/models--K--V/refs', 'no-checkpoint', /It holds main/],
  ])('%s is refused in words (%s)', async (given, code, message) => {
    await expect(open(join(top, given))).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('what is neither a folder nor an address is refused, with an example', async () => {
    await expect(open('gpt2')).rejects.toMatchObject({
      code: 'bad-address',
      action: expect.stringContaining('KlingTeam/VidEmo-3B'),
    })
    await expect(open('./a/b')).rejects.toMatchObject({ code: 'no-checkpoint', message: 'There is no folder ./a/b.' })
  })
})
