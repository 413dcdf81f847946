import { defineCommand } from 'citty'
import { draw } from './draw/draw.ts'
import { countOption } from './options.ts'

export const drawCommand = defineCommand({
  meta: { name: 'draw', description: 'Draws clips of faces with everything that is true of them, as training data.' },
  args: {
    seed: { type: 'string', default: '1', description: 'Which clips; the same for the same seed' },
    count: { type: 'string', default: '100', description: 'Number of clips' },
    out: { type: 'string', required: true, description: 'Folder to write into' },
    'for-score': {
      type: 'boolean',
      default: false,
      description: 'The very frames that score reads, for scoring another engine with --answers',
    },
    jobs: { type: 'string', default: '1', description: 'Threads' },
  },
  async run({ args }) {
    const seed = countOption('--seed', args.seed, 0) ?? 1
    const count = countOption('--count', args.count, 1) ?? 100
    const jobs = countOption('--jobs', args.jobs, 1) ?? 1
    const started = performance.now()
    let said = started
    const onProgress = (done: number) => {
      const now = performance.now()
      if (now - said < 10_000 && done < count) return
      said = now
      const rate = done / ((now - started) / 1000)
      process.stderr.write(`${done} of ${count} clips, ${rate.toFixed(1)} a second\n`)
    }
    const mode = args['for-score'] ? 'scoring' : 'training'
    await draw({ seed, count, out: args.out, mode, jobs, onProgress })
  },
})
