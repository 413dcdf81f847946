import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The page's own entry and its doors for tests, as Vite builds them in a mode; everything else is left out. */
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

it('has no door for tests: no address leaves the check of the device out', async () => {
  const doors = /unchecked|skipChecks|forceSubgroups|preferAdapter|trustsLinks|videmoTest/
  expect(await entryOf('production')).not.toMatch(doors)
  // The same look finds them where they are.
  expect(await entryOf('tests')).toMatch(doors)
})
