import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { VidemoError } from '../../base/errors.ts'
import { parseRecording } from '../recording.ts'
import type { Exporter } from './exporter.ts'
import { exporters, exportRecording } from './index.ts'

const recording = parseRecording(await readFile(new URL('../testing/recording-2.json', import.meta.url), 'utf8'))

/** What a new format takes: one object, and its place in the list. */
const emotionsOnly: Exporter = {
  id: 'emotions',
  title: 'Emotions',
  extension: 'txt',
  mediaType: 'text/plain',
  write: ({ readings }) =>
    readings
      .flatMap(({ tree }) => tree.persons.flatMap(({ emotions }) => emotions.map(({ label }) => label)))
      .join('\n'),
}

it('takes a new format as one more entry', () => {
  expect(exportRecording(recording, 'emotions', [...exporters, emotionsOnly])).toEqual({
    name: 'videmo-2026-11-26T09-30-00.txt',
    mediaType: 'text/plain',
    content: 'happy',
  })
})

it('writes JSON that is read back as it was', () => {
  const { name, mediaType, content } = exportRecording(recording, 'json')
  expect([name, mediaType]).toEqual(['videmo-2026-11-26T09-30-00.json', 'application/json'])
  expect(parseRecording(String(content))).toEqual(recording)
})

it('refuses a format that there is not, and names those that there are', () => {
  expect(() => exportRecording(recording, 'xls')).toThrow(VidemoError)
  expect(() => exportRecording(recording, 'xls')).toThrow('There is no format xls')
})

it('has a name, a title and an ending of its own for every format', () => {
  for (const part of ['id', 'title'] as const) {
    expect(new Set(exporters.map((each) => each[part])).size).toBe(exporters.length)
  }
})
