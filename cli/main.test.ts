import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parseManifest } from '../src/manifest/manifest.ts'
import { BundleDirectory } from './bundle-directory.ts'
import { ownSet } from './parity/cases.ts'

const escapeCode = '\u001b'
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'videmo-cli-'))
const { checkpoint, cases } = ownSet()
const square = cases.find((path) => path.endsWith('square4')) ?? ''

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function videmo(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

describe('videmo', () => {
  it('builds a bundle with a check, and says what it did in JSON', async () => {
    const out = join(folder, 'bundle')
    const { status, stdout } = videmo(['build', '--checkpoint', checkpoint, '--dtype', 'q4', '--out', out, '--json'])
    expect(status).toBe(0)
    const lines: { kind: string }[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[lines.length - 1]).toMatchObject({ kind: 'result', out, files: 12 })
    expect(lines.slice(0, -1).every(({ kind }) => kind === 'progress')).toBe(true)
    const text = new TextDecoder().decode(await new BundleDirectory(out).read('manifest.json'))
    const { check } = parseManifest(text)
    expect(check?.steps.map(({ name }) => name)).toEqual(['prefill', 'append', 'decode'])
    expect(check?.steps[0].ids.length).toBeGreaterThanOrEqual(64)
  })

  it('prints one parity report in JSON and exits with 0 within tolerance', () => {
    const { status, stdout } = videmo(['parity', '--checkpoint', checkpoint, '--case', square, '--json'])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ case: 'square4', ep: 'cpu', dtype: 'fp32', against: 'golden', ok: true })
  })

  it('exits with 1 and names the file when there is no checkpoint', () => {
    const { status, stderr } = videmo(['parity', '--checkpoint', square, '--case', square])
    expect(status).toBe(1)
    expect(stderr).toContain('config.json')
  })

  it('exits with 3 and a sentence where there is no adapter', () => {
    const args = ['parity', '--checkpoint', checkpoint, '--case', square, '--dtype', 'fp16', '--ep', 'dawn']
    const { status, stderr } = videmo(args, { VK_ICD_FILENAMES: '/nonexistent' })
    expect(status).toBe(3)
    expect(stderr).toContain('No WebGPU adapter')
  })

  it.each([
    [['build', '--checkpoint', checkpoint, '--dtype', 'q3', '--out', join(folder, 'x')], '--dtype q3'],
    [['build', '--checkpoint', checkpoint, '--embed-bits', '5', '--out', join(folder, 'x')], '--embed-bits 5'],
    [['build', '--out', join(folder, 'x')], '--checkpoint or --synthetic'],
    [['build', '--checkpoint', checkpoint], '--out'],
    [['draw', '--count', '1', '--out', 'package.json'], '--out package.json: this is a file; give a folder'],
    [['draw', '--count', '1', '--out', 'package.json/x'], 'a part of this path is a file; give a folder'],
    [['draw', '--count', '1'], '--out'],
    [['calibrate', '--out', 'src'], '--out src: this is a folder; give the name of a file'],
  ])('exits with 2 and names what is wrong: %j', (args, named) => {
    const { status, stderr } = videmo(args)
    expect(status).toBe(2)
    expect(stderr).toContain(named)
  })

  it.each([
    [['frob'], 'serve, build, parity, analyze, draw, score, calibrate'],
    [['draw', '--outt', join(folder, 'x')], 'Did you mean --out?'],
    [[], 'Say what to do'],
  ])('exits with 2 before anything is done, in plain words: %j', (args, named) => {
    const { status, stdout, stderr } = videmo(args)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(named)
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    expect(stderr).not.toContain(escapeCode)
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })

  it.each([['--help'], ['build --help'], ['help score']])('prints usage without colours into a pipe: %s', (words) => {
    const { status, stdout } = videmo(words.split(' '))
    expect(status).toBe(0)
    const name = words.replace(/help|--help|-h/g, '').trim()
    expect(stdout).toContain(`USAGE videmo ${name}`.trim())
    expect(stdout).not.toContain(escapeCode)
    expect(stdout).not.toMatch(/ $/m)
  })

  it('prints usage in colours where FORCE_COLOR asks for them', () => {
    const env = { FORCE_COLOR: '1', NO_COLOR: undefined, CI: undefined, TEST: undefined, TERM: 'xterm' }
    expect(videmo(['draw', '--help'], env).stdout).toContain(escapeCode)
    expect(videmo(['draw', '--help'], { ...env, FORCE_COLOR: '0' }).stdout).not.toContain(escapeCode)
  })

  it('prints the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    for (const args of [['--version'], ['build', '--version']]) {
      expect(videmo(args)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    }
    const bench = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], { cwd: root, encoding: 'utf8' })
    expect(bench('--version').stdout).toBe(`${version}\n`)
    const { status, stderr } = bench('--tokenz', '3')
    expect(status).toBe(2)
    expect(stderr).toBe(
      '--tokenz: there is no such option. Did you mean --tokens?\nnpm run bench -- --help says more.\n',
    )
  })

  it('ends well when nobody reads what it prints', () => {
    const command = `"${process.execPath}" --import tsx cli/main.ts build --help | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toBe('0\n')
  })
})
