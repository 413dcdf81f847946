import { cpus } from 'node:os'
import { withChromiumPage } from '../cli/chromium-page.ts'
import type { FacesPlace, FaceTimings } from './faces-page.ts'
import { spreadOf } from './spread.ts'
import { markdownTable } from './text.ts'

export interface FacesReport {
  readonly command: string
  readonly machine: string
  readonly chromium: string
  readonly processor: FaceTimings
  readonly webgpu: FaceTimings
}

export interface FacesBenchOptions {
  readonly command: string
  readonly isHardware: boolean
  readonly onProgress: (text: string) => void
}

/** Times the face networks in Chromium, on both places one after the other. Throws EngineError `no-browser`. */
export async function runFaces({ command, isHardware, onProgress }: FacesBenchOptions): Promise<FacesReport> {
  const time = (place: FacesPlace) => {
    onProgress(`the face networks on ${place === 'webgpu' ? 'WebGPU' : 'the processor'}`)
    return withChromiumPage(
      'bench/faces-page.html',
      { files: {}, folders: {} },
      async (page) => ({
        timings: await page.evaluate((given) => window.timeFaces(given), place),
        chromium: page.context().browser()?.version() ?? 'unknown',
      }),
      { adapter: isHardware ? 'hardware-first' : 'software', asVisitors: true },
    )
  }
  const processor = await time('processor')
  const webgpu = await time('webgpu')
  const [cpu] = cpus()
  return {
    command,
    machine: `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores`,
    chromium: processor.chromium,
    processor: processor.timings,
    webgpu: webgpu.timings,
  }
}

export function facesMarkdown({ command, machine, chromium, processor, webgpu }: FacesReport): string {
  const cell = (times: readonly number[]) => {
    const { median, min, max } = spreadOf(times)
    return `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`
  }
  const rows = Object.keys(processor.tasks).map((title) => ({
    title,
    cells: [cell(processor.tasks[title]), cell(webgpu.tasks[title])],
  }))
  const opened = { title: 'opened, once', cells: [processor, webgpu].map(({ openMs }) => openMs.toFixed(0)) }
  const head = ['ms, median (min to max)', 'processor, one thread', `WebGPU (${webgpu.adapter})`]
  return [
    `\`${command}\``,
    `${machine}; Chromium ${chromium}; inputs of noise, for the time does not depend on them.`,
    markdownTable({ head, rows: [...rows, opened] }),
  ].join('\n\n')
}
