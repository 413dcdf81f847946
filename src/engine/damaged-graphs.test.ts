import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { damageRuns } from '../../fixtures/damage.ts'
import { recordFault } from '../../scripts/fault-table.ts'
import type { OpenedGraph } from './testing/open-damaged-graphs.ts'

const script = fileURLToPath(new URL('testing/open-damaged-graphs.ts', import.meta.url))
/** Sessions take the time of many manifests. */
const runs = Math.ceil(damageRuns / 12)
/** For one session, on a busy machine. */
const hangMs = 120_000

/** Opens them in a process of its own, which may crash or hang: that it did neither is told by its exit code. */
async function openAll(count: number): Promise<{ readonly graphs: OpenedGraph[]; readonly exitCode: number | null }> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, '0', String(count)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const graphs: OpenedGraph[] = []
  const kill = () => child.kill('SIGKILL')
  let timer = setTimeout(kill, hangMs)
  try {
    for await (const line of createInterface(child.stdout)) {
      clearTimeout(timer)
      timer = setTimeout(kill, hangMs)
      if (line.startsWith('{')) graphs.push(JSON.parse(line))
    }
    return { graphs, exitCode: await exited }
  } finally {
    clearTimeout(timer)
    kill()
  }
}

it(`${runs} damaged graphs whose hashes are right are refused, and the runtime lives on`, {
  timeout: 900_000,
}, async () => {
  const { graphs, exitCode } = await openAll(runs)
  const last = JSON.stringify(graphs.at(-1))
  expect(exitCode, `crashed or hung after ${last}`).toBe(0)
  expect(graphs).toHaveLength(runs)
  for (const graph of graphs) {
    expect(['session-failed', 'opened'], JSON.stringify(graph)).toContain(graph.outcome)
    expect(graph.isAlive, JSON.stringify(graph)).toBe(true)
  }
  const refused = graphs.filter(({ outcome }) => outcome === 'session-failed')
  expect(refused.length).toBeGreaterThan(runs / 3)
  // Graphs that are none, and graphs that are wrong.
  const reasons = new Set(refused.map(({ message }) => /ERROR_CODE: (\d+)/.exec(message)?.[1]))
  expect(reasons.size).toBeGreaterThan(2)
  recordFault({
    fault: 'damaged manifests, headers and bundles',
    injected: `${runs} damaged ONNX graphs and weights whose hashes are right, in WebAssembly`,
    outcome: 'refused',
    kept: `${refused.length} refused, ${runs - refused.length} still sound; the same runtime opened the whole graph after each`,
  })
})
