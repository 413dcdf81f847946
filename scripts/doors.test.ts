import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { rooms, withDoors } from './doors.ts'

const isSource = (file: string) =>
  /\.tsx?$/.test(file) && !/\.(test|bench|fixture|d)\.ts$|\/(testing|assembly)\//.test(file)

/** What each source file of the product imports, types included, as paths from the root. */
const imports = new Map(
  ['src', 'workers', 'cli']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter(isSource)
    .map((file) => [file, importsOf(file)] as const),
)

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^'?]+)/g)]
    .map(([, path]) => normalize(join(dirname(file), path)))
    .filter((path) => existsSync(path))
}

function roomOf(file: string): string | undefined {
  return /^src\/([^/]+)\//.exec(file)?.[1]
}

it('stands in biome.json as the table says', async () => {
  expect(JSON.parse(readFileSync('biome.json', 'utf8')), 'npx tsx scripts/doors.ts').toEqual(
    JSON.parse(await withDoors()),
  )
})

it('has a line for every room, and each knows only rooms above it', () => {
  expect(new Set(rooms.map(({ name }) => name))).toEqual(
    new Set([...imports.keys()].flatMap((file) => roomOf(file) ?? [])),
  )
  rooms.forEach(({ name, knows }, index) => {
    const above = rooms.slice(0, index).map((room) => room.name)
    expect(above, name).toEqual(expect.arrayContaining([...knows]))
  })
})

it('finds no import upward', () => {
  const upward = [...imports].flatMap(([file, targets]) => {
    const own = rooms.find(({ name }) => name === roomOf(file))
    if (!own) return []
    const isOpen = (target: string) => {
      const room = roomOf(target)
      return room === own.name || (room !== undefined && own.knows.includes(room))
    }
    return targets.filter((target) => !isOpen(target)).map((target) => `${file} -> ${target}`)
  })
  expect(upward).toEqual([])
  expect(imports.size).toBeGreaterThan(300)
})

it('finds no circle of files, types included', () => {
  const circles: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'done')
  }
  for (const file of imports.keys()) visit(file, [])
  expect(circles).toEqual([])
})
it('has no file of more than 400 lines that does not say why in its first comment', () => {
  const long = [...imports.keys()].filter((file) => {
    const text = readFileSync(file, 'utf8')
    const [first = ''] = /^\s*\/\*\*[\s\S]*?\*\//.exec(text) ?? []
    return text.split('\n').length > 401 && !/one file because/i.test(first)
  })
  expect(long).toEqual([])
})
