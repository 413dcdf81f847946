/** `npm test`: everything that must hold, with one closing line `N passed, N failed`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { takesColors } from '../cli/terminal.ts'
import { nginxPath } from '../e2e/nginx-block.ts'
import { testedBuild } from '../e2e/tested-build.ts'
import { ensureChromium } from './ensure-chromium.ts'
import { faults, forgetFaults, gatherFaults } from './fault-table.ts'
import { findFirefox, findWebKit } from './find-browsers.ts'

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
      /** Of tests in e2e/browsers. */
      readonly meta?: { readonly browser?: string }
    }[]
  }[]
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs?: readonly { readonly title: string; readonly file: string; readonly ok: boolean }[]
}

interface PlaywrightReport extends PlaywrightSuite {
  readonly stats: {
    readonly expected: number
    readonly unexpected: number
    readonly flaky: number
    readonly skipped: number
  }
}

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'videmo-tests-'))
/** Vitest writes in colours wherever it is not told otherwise. */
const noColors = takesColors(process.stdout) ? {} : { NO_COLOR: '1' }
/** Said once more at the end, where a long log is read first. */
const failures: string[] = []
/** What this machine lacks the means for. */
const notRun: string[] = []
/** What each of the other browsers passed, or why it was not tried. */
const browserLines: string[] = []

function run(title: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  console.log(`\n== ${title}`)
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...noColors, ...env } })
  return result.status === 0
}

/** A tool that only says yes or no counts as one test. */
function check(title: string, [command, ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Tally {
  const passed = run(title, command, args, env)
  if (!passed) failures.push(title)
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 }
}

/** Both projects at once, so that neither waits for the other's last file. */
function vitest(): Tally {
  return runVitest('Vitest', 'vitest.json', ['--reporter=default']).tally
}

/** The build that Playwright has just tested, in the browsers that are here; what each passed is told at the end. */
function otherBrowsers(): Tally {
  const args = ['--config', 'browsers.config.ts', '--reporter=verbose']
  const { tally, report } = runVitest('Firefox and WebKitGTK', 'browsers.json', args)
  for (const [name, file, found] of [
    ['Firefox', 'firefox.visits.ts', findFirefox()],
    ['WebKitGTK', 'webkit.visits.ts', findWebKit()],
  ] as const) {
    if (!found.isFound) {
      browserLines.push(`${name}: not run: ${found.reason}`)
      continue
    }
    const own = report?.testResults.find((each) => each.name.endsWith(`/${file}`))
    const results = own?.assertionResults ?? []
    const browser = results.find(({ meta }) => meta?.browser)?.meta?.browser ?? name
    const count = (wanted: string) => results.filter(({ status }) => status === wanted).length
    const passed = count('passed')
    // A browser that does not start fails no test, but the file.
    const failed = Math.max(count('failed'), own?.status === 'passed' ? 0 : 1)
    browserLines.push(
      `${browser}: ${summaryOf({ passed, failed, skipped: results.length - passed - count('failed') })}`,
    )
  }
  return tally
}

function summaryOf({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function runVitest(title: string, reportName: string, args: readonly string[]) {
  const file = join(reports, reportName)
  const passed = run(title, 'npx', ['vitest', 'run', ...args, '--reporter=json', `--outputFile=${file}`])
  const report = read<VitestReport>(file)
  return { tally: report ? tallyOf(report, passed) : noReport(title), report }
}

function noReport(title: string): Tally {
  failures.push(`${title}: no report`)
  return { passed: 0, failed: 1, skipped: 0 }
}

function tallyOf(report: VitestReport, passed: boolean): Tally {
  const failed = report.numFailedTests
  for (const { name, status, message, assertionResults } of report.testResults) {
    const wrong = assertionResults.filter((test) => test.status === 'failed')
    for (const { fullName, failureMessages } of wrong) failures.push(`${name}: ${fullName}: ${failureMessages[0]}`)
    if (status === 'failed' && wrong.length === 0) failures.push(`${name}: ${message}`)
  }
  // A file that does not load fails the run without failing a test.
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !passed ? 1 : failed,
    skipped: report.numPendingTests,
  }
}

function playwright(): Tally {
  const file = join(reports, 'playwright.json')
  const passed = run('Playwright', 'npx', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  const report = read<PlaywrightReport>(file)
  if (!report) return noReport('Playwright')
  failures.push(...failedSpecs(report))
  const { expected, unexpected, flaky, skipped } = report.stats
  const failed = unexpected + flaky
  return { passed: expected, failed: failed === 0 && !passed ? 1 : failed, skipped }
}

function failedSpecs({ suites = [], specs = [] }: PlaywrightSuite): string[] {
  const failed = specs.filter(({ ok }) => !ok).map(({ title, file }) => `${file}: ${title}`)
  return [...failed, ...suites.flatMap(failedSpecs)]
}

function read<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Python's style, where a machine has what checks it; elsewhere the last lines say that it was not. */
function ruff(): Tally[] {
  if (spawnSync('ruff', ['--version']).status !== 0) {
    notRun.push('Python was not checked: ruff is not installed (pip install ruff).')
    return []
  }
  return [check('Ruff, rules', ['ruff', 'check', '.']), check('Ruff, format', ['ruff', 'format', '--check', '.'])]
}

/** The tests of training/, where the very packages that it names are installed: other versions compute otherwise. */
function pythonTests(): Tally {
  const python = process.env.PYTHON ?? 'python3'
  const wanted = readFileSync(join(root, 'training/requirements.txt'), 'utf8').match(/^[\w-]+==\S+/gm) ?? []
  const asked = `from importlib.metadata import version\nfor each in ${JSON.stringify(wanted)}:\n  name, _, at = each.partition('==')\n  assert version(name).split('+')[0] == at, each`
  if (spawnSync(python, ['-c', asked]).status !== 0) {
    notRun.push(
      'The tests of training/ were not run: what training/requirements.txt names is not installed (PYTHON names another Python).',
    )
    return { passed: 0, failed: 0, skipped: 0 }
  }
  console.log('\n== Python')
  const { stderr } = spawnSync(python, ['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'], {
    cwd: join(root, 'training'),
    encoding: 'utf8',
  })
  console.log(stderr)
  const count = (pattern: RegExp) => Number(pattern.exec(stderr)?.[1] ?? 0)
  const [ran, skipped] = [count(/^Ran (\d+) tests?/m), count(/skipped=(\d+)/)]
  const failed = count(/failures=(\d+)/) + count(/errors=(\d+)/)
  if (ran === 0 || failed > 0) failures.push('Python: see above')
  return { passed: ran - failed - skipped, failed: ran === 0 ? 1 : failed, skipped }
}

/** One test for every fault that must be injected. */
function faultTable(): Tally {
  console.log('\n== Faults')
  const missing = gatherFaults()
  failures.push(...missing.map((fault) => `${fault}: no test has recorded this fault`))
  return { passed: faults.length - missing.length, failed: missing.length, skipped: 0 }
}

if (!nginxPath) notRun.push('nginx is not installed: the set-up in docs/hosting.md was read, and not tried.')
ensureChromium()
forgetFaults()
const tallies = [
  check('Biome', ['npx', 'biome', 'check', '.']),
  check('TypeScript', ['npx', 'tsc', '--noEmit']),
  ...ruff(),
  pythonTests(),
  vitest(),
  playwright(),
  otherBrowsers(),
  // Of the build that was just tested.
  check('Size of the page', ['npx', 'tsx', 'scripts/size.ts'], { E2E_DIST: testedBuild }),
  faultTable(),
]
rmSync(reports, { recursive: true, force: true })
const sum = (key: keyof Tally) => tallies.reduce((total, tally) => total + tally[key], 0)
const all: Tally = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
for (const each of notRun) console.log(`\nNot run: ${each}`)
for (const failure of failures) console.log(`\nFailed: ${failure.slice(0, 1500)}`)
console.log(`\n${browserLines.join('\n')}\n\n${summaryOf(all)}`)
process.exitCode = all.failed === 0 && all.passed > 0 ? 0 : 1
