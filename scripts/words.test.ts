import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { isCatalog, looseWords, sourcesOf, textsOf } from './loose-words.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const texts = (source: string, path = 'part.tsx') => looseWords(path, source).map(({ text }) => text)

describe('what a person may read outside of the catalogs is found', () => {
  it.each([
    ['text of an element', `<p>Hello</p>`, ['Hello']],
    ['text of one lowercase word', `<p>now</p>`, ['now']],
    ['an expression', `<p>{isOn ? 'on' : 'off'}</p>`, ['on', 'off']],
    ['a default', `<p>{name ?? 'nobody'}</p>`, ['nobody']],
    ['a text with values', `<p>{\`\${count} frames\`}</p>`, ['{} frames']],
    ['an object that is looked up', `<p>{{ on: 'is on', off: 'is off' }[state]}</p>`, ['is on', 'is off']],
    ['a label', `<input aria-label="pause" />`, ['pause']],
    ['a prop that is shown', `<Group title="frames" />`, ['frames']],
    ['a prop of any other name', `<Part hint="Point at a face" />`, ['Point at a face']],
    ['a table of the module', `const titles = { twin: 'drawn twin' }`, ['drawn twin']],
    ['a text that is passed on', `announce('The model is ready.')`, ['The model is ready.']],
  ])('%s', (_, source, found) => {
    expect(texts(`const part = () => ${source.startsWith('<') ? source : `{ ${source} }`}`)).toEqual(found)
  })

  it('with its line', () => {
    expect(looseWords('part.tsx', 'const part = (\n  <p>\n    {on && `Ready`}\n  </p>\n)')).toEqual([
      { line: 3, text: 'Ready' },
    ])
  })

  it('in a module without elements, too', () => {
    expect(texts(`export const text = (n: number) => n + ' frames were skipped'`, 'run-text.ts')).toHaveLength(1)
  })
})

it.each([
  ['words of a catalog', `<p title={words.title}>{words.frames(count)}</p>`],
  ['names, classes and data', `<Icon name="stop" className="wide" data-state={isOn ? 'on' : 'off'} />`],
  ['what is compared', `<p>{state === 'done' && words.done}</p>`],
  ['what is looked for', `part.querySelector('a[href], button, summary')`],
  ['keys', `<Part shortcut={key === 'Escape' ? 'ArrowLeft' : undefined} />`],
  ['types', `words as Record<'Not a text', string>`],
  ['errors, which are reviewed with their kind', `new CaptureError({ message: 'The camera is taken.' })`],
  ['figures and signs', `<p>{\`\${share} %\`} · –</p>`],
])('%s are no loose words', (_, source) => {
  expect(texts(`const part = () => (${source})`)).toEqual([])
})

it('every word of the page stands in a catalog', () => {
  const paths = sourcesOf(root, 'src/app')
  expect(paths.filter(isCatalog).length).toBeGreaterThan(10)
  const loose = paths
    .filter((path) => !isCatalog(path))
    .flatMap((path) => looseWords(path, read(path)).map(({ line, text }) => `${path}:${line} ${text}`))
  expect(loose).toEqual([])
})

/** British forms and slips; each expression finds the word in any of its forms. */
const slips: readonly (readonly [RegExp, string])[] = [
  [/\b\w*colour\w*/i, 'color'],
  [/\blicences?\b/i, 'license'],
  [/\bgrey\w*/i, 'gray'],
  [/\b\w*behaviour\w*/i, 'behavior'],
  [/\b\w*centre[ds]?\b/i, 'center'],
  [/\b(?:cancell|labell|modell|travell|signall)(?:ed|ing)\b/i, 'one l'],
  [/\b\w*(?:neighbour|favour|honour|rumour|vapour)\w*/i, 'or'],
  [/\b(?:un)?learnt\b|\bspelt\b|\bburnt\b/i, 'learned, spelled, burned'],
  [
    /\b\w*(?:minimi|maximi|optimi|organi|recogni|normali|initiali|seriali|reali|synchroni|summari)s(?:e|ed|es|ing|ation)\b/i,
    'z',
  ],
  [/\banalys(?:e|ed|es|ing)\b/i, 'analyze'],
  [/\bcatalogues?\b|\bprogrammes?\b|\bdialogues?\b/i, 'catalog, program, dialog'],
  [/\btowards\b|\bafterwards\b|\bwhilst\b/i, 'toward, afterward, while'],
  [/\bmoustache/i, 'mustache'],
  [/\bfulfil\b|\bskilful\b|\bjudgement\b|\bartefact/i, 'fulfill, skillful, judgment, artifact'],
  [/\.\.\./, 'an ellipsis is one character: …'],
  [/\p{L} …/u, 'no space before an ellipsis'],
  [/\S {2,}\S/, 'one space'],
  [/\b(?:go|goes|gone|going) on with\b/i, 'resume'],
  [/\w'\w/, 'an apostrophe is ’'],
]

function slipsOf(text: string): readonly string[] {
  return slips.filter(([slip]) => slip.test(text)).map(([, instead]) => instead)
}

it.each([
  ['Colour of the hat', ['color']],
  ['Loading...', ['an ellipsis is one character: …']],
  ['The model was cancelled', ['one l']],
  ['Resume', []],
])('%s: %j', (text, found) => {
  expect(slipsOf(text)).toEqual(found)
})

it('catalogs and the texts of errors have one spelling', () => {
  // What lies below `assembly` is AssemblyScript, which another parser reads.
  const paths = ['src', 'workers', 'cli'].flatMap((folder) => sourcesOf(root, folder))
  const found = paths
    .filter((path) => !path.includes('/assembly/'))
    .flatMap((path) =>
      textsOf(path, read(path), { isWhole: path.startsWith('src/app/') && isCatalog(path) }).map((each) => ({
        path,
        ...each,
      })),
    )
    .flatMap(({ path, line, text }) => slipsOf(text).map((instead) => `${path}:${line} ${text} (${instead})`))
  expect(found).toEqual([])
})
