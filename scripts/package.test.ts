import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseManifest } from '../src/manifest/manifest.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'videmo-package-'))
const installed = join(folder, 'node_modules/videmo-web')
/** Whoever installs the package has neither npm's settings of this project nor its tools in their path. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|vitest|node_options|no_color|force_color)/i.test(name)),
)
interface PackageJson {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}
const manifest: PackageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function run(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env })
  return { status, stdout, stderr }
}

const npx = (...args: string[]) => run('npx', ['--offline', '--no-install', ...args])

/** As npm would, but without a network: the tarball's files, its dependencies as this repository has them, and its bin. */
function install(tarball: string): void {
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['xzf', tarball, '-C', installed, '--strip-components=1'])
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link)
  }
  const { bin }: { readonly bin: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  )
  mkdirSync(join(folder, 'node_modules/.bin'))
  for (const [name, path] of Object.entries(bin)) {
    symlinkSync(join(installed, path), join(folder, 'node_modules/.bin', name))
    execFileSync('chmod', ['+x', join(installed, path)])
  }
}

let said = ''
let tarball = ''

beforeAll(() => {
  const out = join(folder, 'packed')
  const args = ['--import', 'tsx', 'scripts/package.ts', '--stage', join(folder, 'stage'), '--out', out]
  said = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  tarball = join(out, `videmo-web-${manifest.version}.tgz`)
  install(tarball)
  rmSync(join(folder, 'stage'), { recursive: true })
  cpSync(join(root, 'fixtures/data/checkpoint'), join(folder, 'checkpoint'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
}, 400_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package, in an empty folder', () => {
  it('holds what is compiled and built, without tests, fixtures and sources', () => {
    const paths = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
    const names = paths.map((path) => path.replace(/^package\//, ''))
    expect(names).toEqual(
      expect.arrayContaining([
        ...['LICENSE', 'NOTICE', 'README.md', 'CHANGELOG.md', 'package.json'],
        ...['lib/cli/main.js', 'lib/cli/index.js', 'lib/cli/index.d.ts', 'lib/cli/quantizer-worker.js'],
        ...['dist/index.html', 'dist/_headers', 'dist/NOTICE.txt', 'dist/models/videmo-tiny/manifest.json'],
        ...['detector.onnx', 'landmarks.onnx', 'blendshapes.onnx', 'LICENSE.txt', 'NOTICE.txt'].map(
          (name) => `dist/models/faces/${name}`,
        ),
        ...['dist/embed/videmo.js', 'dist/embed/videmo.d.ts'],
        ...['detector', 'landmarks', 'blendshapes'].map((name) => `dist/models/faces/${name}.onnx`),
      ]),
    )
    expect(names.filter((name) => !/^(dist|lib)\//.test(name))).toHaveLength(5)
    const isSource = (name: string) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts')
    expect(names.filter((name) => isSource(name) || /\.test\.|fixture|testing|reference\//.test(name))).toEqual([])
    const bytes = statSync(tarball).size
    expect(said).toContain(`${(bytes / 1e6).toFixed(1)} MB packed`)
    expect(bytes).toBeLessThan(30e6)
  })

  it('runs as npx videmo', () => {
    const { status, stdout, stderr } = npx('videmo', '--help')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('USAGE videmo serve|build|parity|')
    expect(npx('videmo', '--version').stdout).toBe(`${manifest.version}\n`)
  })

  it('builds a checkpoint into a bundle with a check, in threads', () => {
    const { status, stdout, stderr } = npx(
      ...['videmo', 'build', '--checkpoint', 'checkpoint', '--dtype', 'q4', '--out', 'bundle', '--json'],
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('"kind":"result"')
    const { check } = parseManifest(readFileSync(join(folder, 'bundle/manifest.json'), 'utf8'))
    expect(check?.steps.map(({ name }) => name)).toEqual(['prefill', 'append', 'decode'])
  })

  it.each([
    ['analyze', ['analyze', 'face.mp4']],
    ['draw', ['draw', '--out', 'x']],
    ['score', ['score']],
    ['calibrate', ['calibrate']],
    ['--synthetic', ['build', '--synthetic', '3b', '--out', 'x']],
    ['--ep chromium', ['parity', '--checkpoint', 'checkpoint', '--case', 'case', '--ep', 'chromium']],
  ])('says of what needs the repository where to run it: %s', (what, args) => {
    if (what.startsWith('--ep')) cpSync(join(root, 'fixtures/data/square4'), join(folder, 'case'), { recursive: true })
    const { status, stderr } = run(process.execPath, [join(installed, 'lib/cli/main.js'), ...args])
    expect(status).toBe(1)
    expect(stderr).toContain('[needs-repository]')
    expect(stderr).toContain(what)
    expect(stderr).toContain('Clone the repository')
  })

  it('serves the page and a bundle: a page, a model file, a range; and ends on Ctrl+C', async () => {
    const server = spawn('node_modules/.bin/videmo', ['serve', '--port', '0', '--bundle', 'checkpoint-bundle'], {
      cwd: folder,
      env,
    })
    // There is no such bundle.
    const [refused] = await once(server, 'exit')
    expect(refused).toBe(1)

    const serving = spawn('node_modules/.bin/videmo', ['serve', '--port', '0'], { cwd: folder, env })
    try {
      const url = await addressFrom(serving)
      const page = await fetch(url)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-type')).toBe('text/html')
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      const html = await page.text()
      expect(html).toContain('<title>')
      const [, script = 'none'] = /<script[^>]*src="\.\/([^"]+)"/.exec(html) ?? []
      const code = await fetch(new URL(script, url))
      expect([code.status, code.headers.get('content-type')]).toEqual([200, 'text/javascript'])

      const weights = 'models/videmo-tiny/vision.data.000'
      const whole = new Uint8Array(await (await fetch(new URL(weights, url))).arrayBuffer())
      expect(whole.length).toBe(statSync(join(root, 'public', weights)).size)
      const part = await fetch(new URL(weights, url), { headers: { range: 'bytes=1000-1999' } })
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${whole.length}`])
      expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(1000, 2000))
      expect((await fetch(new URL('models/none.onnx', url))).status).toBe(404)
    } finally {
      serving.kill('SIGINT')
    }
    expect((await once(serving, 'exit'))[0]).toBe(0)
  })

  it('refuses a busy port in words', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const serving = spawn('node_modules/.bin/videmo', ['serve', '--port', String(port)], { cwd: folder, env })
    let stderr = ''
    serving.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const [status] = await once(serving, 'close')
    taken.close()
    expect(status).toBe(1)
    expect(stderr).toBe(
      `VidemoError [port-busy] Port ${port} of 127.0.0.1 is taken by another program.\nGive another with --port, or --port 0 for any free one.\n`,
    )
  })

  it('has an API for Node, and for pages an entry that is a module', () => {
    const program = `
      import { build, BundleError, parity, parseRecording, startPageServer, VidemoError, zipBundle } from 'videmo-web/node'
      const report = await build({ checkpoint: 'checkpoint', out: 'built', dtype: 'q4' })
      const bytes = await zipBundle('built', 'built.zip')
      const error = await zipBundle('none', 'none.zip').catch((error) => error)
      const wrong = await build({ checkpoint: './nowhere', out: 'never' }).catch((error) => error)
      console.log(JSON.stringify({
        files: report.files.length, steps: report.check.length, bytes,
        errors: [error instanceof BundleError, error.code, wrong instanceof VidemoError, wrong.code],
        functions: [parity, parseRecording, startPageServer].map((each) => typeof each),
        page: import.meta.resolve('videmo-web').endsWith('/dist/embed/videmo.js'),
      }))`
    const { status, stdout, stderr } = run(process.execPath, ['--input-type=module', '--eval', program])
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      files: 11,
      steps: 3,
      bytes: statSync(join(folder, 'built.zip')).size,
      errors: [true, 'missing-file', true, 'no-checkpoint'],
      functions: ['function', 'function', 'function'],
      page: true,
    })
  })

  it('brings types that stand alone, strictly checked', () => {
    writeFileSync(
      join(folder, 'use.ts'),
      `
      import { createAnalyzer, type Reading } from 'videmo-web'
      import { createAnalyzer as same } from 'videmo-web/embed'
      import { build, type BuildReport, parity, parseRecording, VidemoError } from 'videmo-web/node'
      const analyzer = createAnalyzer({ source: new Blob(), maxTokens: 64 })
      export async function emotions(): Promise<string[]> {
        const all: Reading[] = []
        for await (const reading of analyzer.readings) all.push(reading)
        return all.flatMap(({ persons }) => persons.flatMap(({ emotions }) => emotions.map(({ label }) => label)))
      }
      export async function bytes(): Promise<number> {
        const report: BuildReport = await build({ checkpoint: 'a', out: 'b', dtype: 'q4f16' })
        const compared = await parity({ checkpoint: 'a', case: 'b', dtype: 'fp32', ep: 'cpu' })
        const end: number = parseRecording('').readings[0].endS
        return compared.ok ? report.bytes + end : 0
      }
      export const codeOf = (error: unknown): string => (error instanceof VidemoError ? error.code : '')
      // @ts-expect-error There is no such option.
      same({ source: new Blob(), tokens: 64 })
      // @ts-expect-error There is no such type of weights.
      void build({ checkpoint: 'a', out: 'b', dtype: 'q3' })
      `,
    )
    const options = { strict: true, skipLibCheck: false, noEmit: true, target: 'ES2023', types: [] }
    const lib = ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable']
    for (const [module, moduleResolution] of [
      ['ESNext', 'Bundler'],
      ['NodeNext', 'NodeNext'],
    ]) {
      const compilerOptions = { ...options, lib, module, moduleResolution }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
      const { status, stdout } = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'])
      expect([stdout, status], module).toEqual(['', 0])
    }
  })
})

/** What the command prints once it serves. */
async function addressFrom({ stdout }: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of stdout ?? []) {
    text += String(chunk)
    const [url] = /http:\S+/.exec(text) ?? []
    if (url !== undefined) return url
  }
  throw new Error(`No address in ${JSON.stringify(text)}`)
}
