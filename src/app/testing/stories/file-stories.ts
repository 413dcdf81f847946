import { CaptureError } from '../../../base/errors.ts'
import { notAVideo } from '../../../capture/file-errors.ts'
import type { QueuedFile } from '../../session/queued-file.ts'
import type { RecordedReading } from '../../session/session-state.ts'
import { gone, readings, texts, update } from '../story-facts.ts'
import { clip, file, fileReading, type Material, problem, ready, type Teller } from '../story-states.ts'

const rightToLeft = 'سلام و درود بر شما از این سوی آب‌های آرام و آبی ایران.mp4'
const longName = 'IMG_2041 – the first take, before the light was changed for good.mov'

function queueOf({ file }: Material): readonly QueuedFile[] {
  const progress: readonly (readonly [string, QueuedFile['progress']])[] = [
    [rightToLeft, { state: 'read' }],
    ['notes about the takes.mp4', { state: 'failed', error: notAVideo() }],
    [longName, { state: 'reading' }],
    ['smile.gif', { state: 'waiting' }],
    ['photo\u202Egpj.webm', { state: 'waiting' }],
  ]
  return progress.map(([name, progress], id) => ({ id, file, name, progress }))
}

/** Two readings of another file before those of the one on show. */
function ofTwoSources({ frames }: Material): readonly RecordedReading[] {
  return readings(frames, 6).map((each, index) =>
    index < 2 ? { ...each, source: { kind: 'file', name: rightToLeft }, opened: 0 } : each,
  )
}

/** A video from its opening to the review of what was read. */
export const fileStories: Readonly<Record<string, Teller>> = {
  'file/queued': (material) => ({
    state: {
      device: ready.device,
      source: file(material),
      opened: 1,
      run: { state: 'queued' },
      load: { state: 'checking', source: { type: 'url', url: 'https://models.example/videmo-3b/' } },
    },
  }),
  'file/opening': (material) => ({
    state: { ...ready, source: file(material), opened: 1, run: { state: 'opening' } },
  }),
  'file/streaming': (material) => {
    const said = { attributes: texts.attributes, expression: texts.expression.slice(0, 118) }
    return {
      state: {
        ...fileReading(material, { state: 'running' }),
        recording: [],
        current: update(
          material.frames,
          {
            expression: { state: 'streaming', text: said.expression, firstTokenMs: 380 },
            emotion: { state: 'waiting' },
          },
          said,
        ),
      },
    }
  },
  'file/under-way': (material) => ({ state: fileReading(material, { state: 'running' }) }),
  'file/stopping': (material) => ({ state: fileReading(material, { state: 'stopping' }) }),
  'file/recovering': (material) => ({ state: fileReading(material, { state: 'recovering', attempt: 1, of: 2 }) }),
  'file/finished': (material) => ({ state: fileReading(material, { state: 'over', reason: 'ended' }) }),
  'file/failed': (material) => ({ state: fileReading(material, { state: 'failed', error: gone }) }),
  'file/at-the-playhead': (material) => ({
    state: fileReading(material, { state: 'over', reason: 'ended' }),
    view: { review: { kind: 'playhead', timeS: 6 } },
  }),
  'file/unread-time': (material) => ({
    state: { ...fileReading(material, { state: 'running' }), recording: readings(material.frames, 1) },
    view: { review: { kind: 'playhead', timeS: 8.6 } },
  }),
  'file/earlier-of-another': (material) => ({
    state: { ...fileReading(material, { state: 'running' }), recording: ofTwoSources(material) },
    view: { review: { kind: 'reading', update: 1 } },
  }),
  'file/corrupt': (material) => ({
    state: {
      ...fileReading(material, { state: 'over', reason: 'ended' }),
      problem: problem('file', notAVideo(), 'This file cannot be read'),
    },
  }),
  'file/corrupt-first': () => ({
    state: { ...ready, problem: problem('file', notAVideo(), 'This file cannot be read') },
  }),
  'file/partly-readable': (material) => ({
    state: {
      ...fileReading(material, { state: 'running' }),
      fileNotices: ['The video ends before its index says; what is there is read.'],
    },
  }),
  'file/sample-missing': () => ({
    state: {
      ...ready,
      problem: problem(
        'sample',
        new CaptureError({
          code: 'sample-missing',
          message: 'The sample clip could not be fetched.',
          action: 'Check the connection and try again.',
        }),
        'The sample clip was not loaded',
      ),
    },
  }),
  'file/queue': (material) => ({
    state: {
      ...fileReading(material, { state: 'running' }),
      source: { ...file(material), name: longName },
      queue: queueOf(material),
      recording: ofTwoSources(material),
    },
  }),
  'file/queue-stopped': (material) => ({
    state: {
      ...fileReading(material, { state: 'over', reason: 'stopped' }),
      queue: queueOf(material).map((item) =>
        item.progress.state === 'reading' ? { ...item, progress: { state: 'stopped' } } : item,
      ),
    },
  }),
  'file/name-right-to-left': (material) => ({
    state: {
      ...fileReading(material, { state: 'running' }),
      source: { ...file(material), name: `${rightToLeft.slice(0, -4)} تا آن سوی کوه‌ها\u202Egpj.mp4` },
    },
  }),
  'file/no-preview': (material) => ({
    state: {
      ...fileReading(material, { state: 'running' }),
      clip,
      source: {
        kind: 'file',
        name: 'take 3.mkv',
        url: URL.createObjectURL(new Blob(['nothing to play'])),
        file: new Blob(['nothing to play']),
        isSample: false,
      },
    },
  }),
  'file/many-readings': (material) => ({
    state: { ...fileReading(material, { state: 'over', reason: 'ended' }), recording: readings(material.frames, 40) },
  }),
}
