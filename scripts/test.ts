/** `npm test`: everything that must hold, with one closing line `N passed, N failed`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureChromium } from './find-chromium.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'videmo-tests-'))

function run(title: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  console.log(`\n== ${title}`)
  const result = spawnSync('npx', args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  return result.status === 0
}

/** A tool that only says yes or no counts as one test. */
function check(title: string, args: readonly string[]): Tally {
  const passed = run(title, args)
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 }
}

function vitest(project: string): Tally {
  const file = join(reports, `vitest-${project}.json`)
  const args = ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile=${file}`]
  const passed = run(`Vitest, ${project}`, args)
  const report: { numPassedTests: number; numFailedTests: number; numPendingTests: number } | undefined = read(file)
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const failed = report.numFailedTests
  // A file that does not load fails the run without failing a test.
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !passed ? 1 : failed,
    skipped: report.numPendingTests,
  }
}

function playwright(): Tally {
  const file = join(reports, 'playwright.json')
  const passed = run('Playwright', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  const report: { stats: { expected: number; unexpected: number; flaky: number; skipped: number } } | undefined =
    read(file)
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const { expected, unexpected, flaky, skipped } = report.stats
  const failed = unexpected + flaky
  return { passed: expected, failed: failed === 0 && !passed ? 1 : failed, skipped }
}

function read<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

ensureChromium()
const tallies = [
  check('Biome', ['biome', 'check', '.']),
  check('TypeScript', ['tsc', '--noEmit']),
  vitest('node'),
  vitest('webgpu'),
  playwright(),
]
rmSync(reports, { recursive: true, force: true })
const sum = (key: keyof Tally) => tallies.reduce((total, tally) => total + tally[key], 0)
const skipped = sum('skipped')
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1
