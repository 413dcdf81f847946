import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../../scripts/find-chromium.ts'
import { fixtureFolder, fixtureName } from '../../scripts/fixture-bundle.ts'
import { runAnalyze, startAnalyze } from './analyze.fixture.ts'
import type { TrackRecord } from './track-record.ts'
import type { WindowRecord } from './window-record.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'videmo-analyze-'))
const clip = join(root, 'fixtures/data/clips/tiny.webm')
const sample = join(root, 'public/sample.webm')

beforeAll(() => {
  execFileSync('npx', ['tsx', 'scripts/prepare.ts'], { cwd: root, stdio: 'inherit' })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Every line of the output; throws when one is no JSON. */
function records(stdout: string): WindowRecord[] {
  expect(stdout.endsWith('\n')).toBe(true)
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('videmo analyze', () => {
  it('prints a line of JSON for a short video, and nothing else, with the embedded bundle', async () => {
    const { status, stdout, stderr } = await runAnalyze([
      ...[clip, '--json', '--faces', 'none', '--max-tokens', '6', '--adapter', 'software'],
    ])
    expect(status, stderr).toBe(0)
    const [record, ...more] = records(stdout)
    console.log(record.model)
    expect(more).toEqual([])
    expect(record.model).toEqual({
      name: 'videmo-tiny',
      source: 'embedded',
      dtype: expect.stringMatching(/^(q8|q4|fp16)$/),
      provider: 'webgpu',
      adapter: expect.stringMatching(/\S/),
      check: expect.stringMatching(/^(exact|close)$/),
    })
    expect(record.settings).toMatchObject({ preset: 'reasoning', framesPerSecond: 2, maxTokens: 6 })
    expect(record.window).toBe(0)
    expect(record.frames).toHaveLength(4)
    expect(record.frames).toEqual([...record.frames].sort((a, b) => a - b))
    expect([record.startS, record.endS]).toEqual([record.frames[0], record.frames[3]])
    expect(Object.keys(record.answers)).toEqual(['attributes', 'expression', 'emotion'])
    for (const answer of Object.values(record.answers)) {
      expect(answer).toEqual({
        text: expect.any(String),
        finish: expect.stringMatching(/^(length|end-of-text)$/),
        isReused: false,
      })
    }
    expect(record.tree.persons).toBeInstanceOf(Array)
    expect(record.figures.visionPairs).toBe(2)
    expect(record.figures.answerTokens).toBeGreaterThan(0)
    expect(record.figures.answerTokens).toBeLessThanOrEqual(18)
    expect(stderr).toContain('videmo-tiny reads drawn faces')
  })

  it('reads a longer video in windows that move on, with a bundle from a folder', async () => {
    const windows = ['--faces', 'none', '--fps', '1', '--window-frames', '4', '--hop-frames', '2', '--max-tokens', '2']
    const from = ['--bundle', fixtureFolder, '--from', '5']
    const { status, stdout, stderr } = await runAnalyze([sample, '--json', ...from, ...windows])
    expect(status, stderr).toBe(0)
    expect(stderr).toContain(`${fixtureName} has random weights`)
    const [first, second, ...more] = records(stdout)
    // A GPU where there is one, and not one in software.
    if (first.model.provider === 'webgpu') expect(first.model.adapter).not.toMatch(/swiftshader|llvmpipe/i)
    else expect(stderr).toMatch(/the processor/)
    expect(more).toEqual([])
    expect(first.frames).toHaveLength(4)
    expect(first.startS).toBeGreaterThanOrEqual(5)
    expect(second).toMatchObject({ window: 1, figures: { visionPairs: 1 } })
    expect(second.frames.slice(0, 2)).toEqual(first.frames.slice(2))
    expect(second.endS).toBeGreaterThan(first.endS)
  })
})

describe('videmo analyze, of faces', () => {
  const portrait = join(root, 'fixtures/data/faces/portrait_192.png')

  it('measures a face without a model or a GPU: a record a face, and every measure as CSV', async () => {
    const curves = join(folder, 'curves.csv')
    const { status, stdout, stderr } = await runAnalyze([portrait, '--measure-only', '--json', '--curves', curves], {
      CHROMIUM_PATH: withoutAdapter(),
    })
    expect([status, stderr]).toEqual([0, ''])
    const [record, ...more]: TrackRecord[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(more).toEqual([])
    expect(record).toMatchObject({
      track: 'face-1',
      frames: 1,
      present: 1,
      source: { width: 192, height: 192 },
      settings: { rate: 10 },
    })
    expect(Object.keys(record)).not.toContain('model')
    expect(record.units.AU12.peak).toBeGreaterThan(0.5)
    const [head, row, ...rows] = readFileSync(curves, 'utf8').trim().split('\n')
    expect(rows).toEqual([])
    const cells = Object.fromEntries(head.split(',').map((name, i) => [name, row.split(',')[i]]))
    expect(cells).toMatchObject({ track: 'face-1', time_s: '0' })
    expect(Number(cells.AU12)).toBeCloseTo(record.units.AU12.peak, 3)
  })

  it('says that there is nobody', async () => {
    const { status, stdout, stderr } = await runAnalyze(['fixtures/data/numbered/still.jpg', '--measure-only'])
    expect([status, stdout, stderr]).toEqual([0, '', 'No face was found.\n'])
  })

  it('shows the embedded model the twin of a real face, and holds what it says against the measures', async () => {
    const { status, stdout, stderr } = await runAnalyze([portrait, '--json', '--max-tokens', '60'])
    expect(status, stderr).toBe(0)
    expect(stderr).toContain('reads a drawing that moves as the face does')
    expect(stderr).not.toContain('do not rely')
    const [record, ...more] = records(stdout)
    expect(more).toEqual([])
    expect(record).toMatchObject({ track: 'face-1', view: 'twin', window: 0, measured: { faces: 1 } })
    // The drawing's hair says nothing of the person's.
    expect(Object.keys(record.answers)).toEqual(['expression', 'emotion'])
    expect(record.answers.emotion?.text).toMatch(/happy/)
    // So few pixels prove nothing.
    expect(record.claims).toContainEqual(
      expect.objectContaining({ what: 'AU12', verdict: 'cannot-tell', reason: 'small' }),
    )
  })

  it('shows it a drawn face as it is', async () => {
    const { status, stdout, stderr } = await runAnalyze([sample, '--json', '--max-tokens', '4', '--from', '9'])
    expect(status, stderr).toBe(0)
    expect(stderr).not.toMatch(/do not rely|moves as the face does/)
    const [record] = records(stdout)
    expect(record).toMatchObject({ track: 'picture', view: 'picture' })
    expect(Object.keys(record.answers)).toContain('attributes')
    expect(record.claims).toBeUndefined()
  })
})

describe('videmo analyze, where it cannot', () => {
  it('exits with 1 and says so where the file is damaged', async () => {
    const damaged = join(folder, 'damaged.webm')
    writeFileSync(damaged, 'This is no video.')
    const { status, stdout, stderr } = await runAnalyze([damaged, '--json'])
    expect(status, stderr).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^CaptureError \[not-a-video\] .+\n.+\n$/)
  })

  it('exits with 1 where it was to begin behind the end, which it names', async () => {
    const { status, stdout, stderr } = await runAnalyze([clip, '--json', '--from', '600'])
    expect(status, stderr).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /^CaptureError \[starts-behind-end\] .* 600 s, but the video lasts \d[\d.]* s\.\nGive --from a /,
    )
  })

  it('exits with 3 where there is no adapter, and the bundle is too large for the processor', async () => {
    const large = join(folder, 'large')
    cpSync(fixtureFolder, large, { recursive: true })
    const manifest = JSON.parse(readFileSync(join(large, 'manifest.json'), 'utf8'))
    manifest.model.parameters = 3e9
    writeFileSync(join(large, 'manifest.json'), JSON.stringify(manifest))
    const { status, stdout, stderr } = await runAnalyze([clip, '--bundle', large], { CHROMIUM_PATH: withoutAdapter() })
    expect(status, stderr).toBe(3)
    expect(stdout).toBe('')
    expect(stderr).toContain('EngineError [no-adapter]')
  })

  it('closes the browser when it is interrupted, and exits with 130', async () => {
    let asked: (request: IncomingMessage) => void = () => undefined
    const request = new Promise<IncomingMessage>((resolve) => {
      asked = resolve
    })
    // A host that never answers.
    const server = createServer((incoming) => asked(incoming)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { child, ended } = startAnalyze([clip, '--bundle', `http://127.0.0.1:${port}/bundle`])
    const { socket } = await request
    const closed = once(socket, 'close')
    child.kill('SIGINT')
    const { status, stdout, stderr } = await ended
    expect(status, stderr).toBe(130)
    expect(stdout).toBe('')
    expect(stderr).toContain('Interrupted')
    await closed
    server.close()
  })
})

/** A Chromium that is not given what WebGPU needs. */
function withoutAdapter(): string {
  const program = findChromium() ?? chromium.executablePath()
  const script = join(folder, 'chromium.sh')
  writeFileSync(
    script,
    `#!/bin/bash
args=(--disable-gpu --disable-software-rasterizer)
for arg in "$@"; do
  case "$arg" in *webgpu*|*angle*|*swiftshader*|*Vulkan*) ;; *) args+=("$arg") ;; esac
done
exec "${program}" "\${args[@]}"
`,
  )
  chmodSync(script, 0o755)
  return script
}
