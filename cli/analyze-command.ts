import { defineCommand } from 'citty'
import { findPreset, presets } from '../src/affect/stages.ts'
import { bounds, defaultSettings } from '../src/app/session/settings.ts'
import { analyze } from './analyze/analyze.ts'
import { adapterChoices, type Told } from './analyze/analyze-job.ts'
import { CurvesFile } from './analyze/curves-csv.ts'
import { facesArgs, facesOptions, requireSense } from './analyze/faces-options.ts'
import { StatusLine } from './analyze/status-line.ts'
import { trackRecordText } from './analyze/track-text.ts'
import { windowText } from './analyze/window-text.ts'
import { Interrupted, ifGiven, numberOption, oneOf } from './options.ts'

const { reading, preset } = defaultSettings

const args = {
  file: { type: 'positional', required: true, description: 'Video file or picture' },
  bundle: { type: 'string', description: "Folder or address of a bundle (default: the app's small embedded one)" },
  json: {
    type: 'boolean',
    default: false,
    description: 'Print one JSON object per window, or per face with --measure-only',
  },
  preset: { type: 'string', default: preset, description: `What is asked: ${presets.map(({ id }) => id).join(', ')}` },
  'max-tokens': { type: 'string', default: String(reading.maxTokens), description: 'Tokens of an answer at most' },
  fps: { type: 'string', description: 'Frames taken per second of video (default: as the model was trained)' },
  'window-frames': { type: 'string', description: 'Frames of a window, even (default: as the model was trained)' },
  'hop-frames': { type: 'string', description: 'Frames by which a window moves on, even (default: half of it)' },
  from: { type: 'string', default: '0', description: 'Where in the video to begin, seconds' },
  ...facesArgs,
  adapter: {
    type: 'string',
    default: 'auto',
    description: 'auto (a GPU if there is one; else small bundles on the processor), hardware, software',
  },
} as const

export const analyzeCommand = defineCommand({
  meta: { name: 'analyze', description: 'Reads the face in a video file, window by window, in headless Chromium.' },
  args,
  async run({ args: given, rawArgs }) {
    requireSense(args, rawArgs, given)
    const faces = facesOptions(given)
    const { stages, id } = findPreset(
      oneOf(
        '--preset',
        given.preset,
        presets.map((each) => each.id),
      ),
    )
    const adapter = oneOf('--adapter', given.adapter, adapterChoices)
    const framesPerSecond = ifGiven('--fps', given.fps, bounds.framesPerSecond)
    const windowFrames = ifGiven('--window-frames', given['window-frames'], bounds.windowFrames, 'an even number')
    const mostHop = { ...bounds.hopFrames, max: windowFrames ?? bounds.hopFrames.max }
    const hopFrames = ifGiven('--hop-frames', given['hop-frames'], mostHop, 'an even number')
    const settings = {
      framesPerSecond,
      windowFrames,
      hopFrames,
      maxTokens: numberOption(
        '--max-tokens',
        given['max-tokens'],
        { min: 1, max: bounds.maxTokens.max },
        'a whole number',
      ),
    }
    const fromS = numberOption('--from', given.from, { min: 0, max: Number.POSITIVE_INFINITY })

    const status = new StatusLine()
    const curves = given.curves === undefined ? undefined : new CurvesFile(given.curves)
    const onTold = (told: Told) => {
      if (told.type === 'status') status.show(told.text)
      else if (told.type === 'moments') curves?.write(told.moments)
      else {
        status.clear()
        if (told.type === 'notice') process.stderr.write(`${told.text}\n`)
        else if (given.json) process.stdout.write(`${JSON.stringify(told.record)}\n`)
        else
          process.stdout.write(told.type === 'track' ? trackRecordText(told.record) : windowText(told.record, stages))
      }
    }
    const stop = new AbortController()
    const interrupt = () => stop.abort(new Interrupted('Interrupted; the windows printed so far are complete.'))
    const unread = () => stop.abort(new Interrupted('Nobody reads the output any more.'))
    process.on('SIGINT', interrupt)
    process.stdout.on('error', unread)
    try {
      await analyze(given.file, {
        ...(given.bundle === undefined ? {} : { bundle: given.bundle }),
        adapter,
        preset: id,
        settings,
        fromS,
        faces,
        isMeasuredOnly: given['measure-only'],
        hasCurves: curves !== undefined,
        signal: stop.signal,
        onTold,
      })
    } finally {
      status.clear()
      curves?.close()
      process.removeListener('SIGINT', interrupt)
    }
  },
})
