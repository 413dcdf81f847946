import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runAnalyze } from './analyze.fixture.ts'

const clip = 'fixtures/data/clips/tiny.webm'
const folder = mkdtempSync(join(tmpdir(), 'videmo-analyze-'))
const empty = join(folder, 'empty.webm')
writeFileSync(empty, '')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('videmo analyze, before a browser is opened', () => {
  it.each([
    ['there is no file', [join(folder, 'none.webm')], 'CaptureError [no-file] There is no file'],
    ['the file is a folder', [folder], 'CaptureError [no-file] This is a folder'],
    ['the file is empty', [empty], 'CaptureError [empty-file]'],
    ['there is no folder', [clip, '--bundle', join(folder, 'none')], 'BundleError [not-a-bundle] There is no folder'],
    ['the folder is no bundle', [clip, '--bundle', folder], 'BundleError [not-a-bundle]'],
  ])('exits with 1, says so and what to do: %s', async (_, args, said) => {
    const { status, stdout, stderr } = await runAnalyze(args)
    expect(status, stderr).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(said)
    expect(stderr.trim().split('\n')).toHaveLength(2)
  })

  it.each([
    [[], 'FILE'],
    [[clip, 'another.webm'], 'not also another.webm'],
    [[clip, '--max-token=5'], '--max-token'],
    [[clip, '--max-tokens', '0'], '--max-tokens 0'],
    [[clip, '--fps', 'often'], '--fps often'],
    [[clip, '--from', '-1'], '--from -1'],
    [[clip, '--window-frames', '7'], '--window-frames 7'],
    [[clip, '--window-frames', '8', '--hop-frames', '10'], '--hop-frames 10'],
    [[clip, '--preset', 'any'], '--preset any'],
    [[clip, '--adapter', 'any'], '--adapter any'],
    [[clip, '--view', 'any'], '--view any: choose one of auto, picture, face, twin'],
    [[clip, '--faces', 'some'], '--faces some: give all, largest, none, or a whole number from 1 to 8'],
    [[clip, '--rate', '0'], '--rate 0'],
    [[clip, '--measure-onl'], 'Did you mean --measure-only?'],
    [[clip, '--measure-only', '--bundle', 'x'], '--bundle: --measure-only loads no model'],
    [[clip, '--measure-only', '--maxTokens', '5'], '--max-tokens: --measure-only loads no model'],
  ])('exits with 2 and names what is wrong: %j', async (args, named) => {
    const { status, stdout, stderr } = await runAnalyze(args)
    expect(status, stderr).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(named)
  })
})
