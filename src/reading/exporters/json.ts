import type { Exporter } from './exporter.ts'

/** The recording as it is, with its pictures: what this app reads back, with nothing lost. */
export const jsonExporter: Exporter = {
  id: 'json',
  title: 'JSON',
  extension: 'json',
  mediaType: 'application/json',
  write: (recording) => JSON.stringify(recording),
}
