import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The code of the page's entry and of the test hooks as Vite builds them in this mode, without their imports. */
async function entryOf(mode: string): Promise<string> {
  const result = await build({
    root,
    mode,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: 'src/main.tsx',
        external: (id) => !/(main\.tsx|test-hooks\.ts)$/.test(id),
      },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  return outputs.flatMap(({ output }) => output.map((part) => (part.type === 'chunk' ? part.code : ''))).join('\n')
}

it('has no switch for tests: no address leaves the check of the device out', async () => {
  const switches = /unchecked|skipChecks|forceSubgroups|preferAdapter|trustsLinks|videmoTest/
  expect(await entryOf('production')).not.toMatch(switches)
  // In the mode of the tests the same search finds them.
  expect(await entryOf('tests')).toMatch(switches)
})
