import { createCanvas } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BundleDirectory } from '../../../cli/bundle-directory.ts'
import type { FacesMoment, MeasuredUnit } from '../../affect/measures.ts'
import { reasoningPreset } from '../../affect/stages.ts'
import type { TrackId } from '../../affect/track.ts'
import type { View } from '../../affect/view.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { Units } from '../../demo-face/clip.ts'
import { drawFace } from '../../demo-face/draw-face.ts'
import type { Canvas2D } from '../../demo-face/face.ts'
import { drawnFaceBox } from '../../demo-face/face-box.ts'
import { expressions, LiveFace } from '../../demo-face/live-face.ts'
import { firstScene, persons } from '../../demo-face/persons.ts'
import { nodeCpuRuntime } from '../../engine/backends/cpu/node-runtime.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import type { FacesRequest } from '../../reading/faces-request.ts'
import { readingRequest, readingSettings } from '../../reading/request.ts'
import { measuredFace, messagesOf, momentOf } from '../local/testing/measured-faces.ts'
import { InProcessReader } from './in-process-reader.ts'

const picture = { width: 640, height: 360 }
const lastS = 5.5
const makeCanvas = (width: number, height: number) =>
  createCanvas(width, height).getContext('2d') as unknown as Canvas2D
const reader = new InProcessReader(await nodeCpuRuntime(), makeCanvas)
const load = () => reader.load({ name: 'videmo-tiny', files: new BundleDirectory('public/models/videmo-tiny') })

beforeAll(load)
afterAll(() => reader.close())

/** Who stands where in the composed picture, and what each does. */
const people = [
  {
    track: 'face-1',
    person: persons[0],
    x: 40,
    y: 60,
    side: 180,
    units: (timeS: number): Units => (timeS < 2.5 ? {} : expressions.happy),
  },
  { track: 'face-2', person: persons[1], x: 380, y: 100, side: 220, units: (): Units => expressions.angry },
] as const

function frameAt(timeS: number): TimedFrame {
  const canvas = createCanvas(picture.width, picture.height)
  const context = canvas.getContext('2d')
  context.fillStyle = '#7d8a86'
  context.fillRect(0, 0, picture.width, picture.height)
  for (const { person, x, y, side, units } of people) {
    const face = new LiveFace({
      looks: person.looks,
      scene: firstScene,
      units: units(timeS),
      motion: 'none',
      isPlaying: true,
      isInTurn: false,
    })
    const own = createCanvas(side, side)
    drawFace(own.getContext('2d') as unknown as Canvas2D, side, person.looks, firstScene, face.pose(), 0)
    context.drawImage(own, x, y)
  }
  return { ...picture, timeS, rgba: new Uint8ClampedArray(canvas.data()) }
}

/** Of the composed picture: where the faces truly are. */
function moments(): FacesMoment[] {
  return Array.from({ length: 10 * lastS + 1 }, (_, index) => {
    const timeS = index / 10
    const faces = people.map(({ track, x, y, side }) => {
      const box = drawnFaceBox(firstScene, side)
      return [track, measuredFace(timeS, { ...box, x: x + box.x, y: y + box.y })]
    })
    return momentOf(timeS, picture, Object.fromEntries(faces))
  })
}

async function read(view: View, who: FacesRequest['who'], told: readonly FacesMoment[], chosen?: TrackId) {
  const { manifest } = await load()
  const frames = Array.from({ length: 2 * lastS + 1 }, (_, index) => frameAt(index / 2))
  const request = readingRequest(
    {
      source: { type: 'frames', frames },
      stages: reasoningPreset.stages,
      settings: readingSettings({ maxTokens: 100 }, manifest),
      faces: { view, who, feed: { type: 'messages', messages: messagesOf(told, chosen) } },
    },
    manifest,
  )
  const events: ReadingProgress[] = []
  for await (const event of reader.read(request)) events.push(event)
  return events
}

function answersOf(events: readonly ReadingProgress[], track: TrackId) {
  return events.flatMap((event) =>
    event.type === 'answer' && event.track === track ? [{ id: event.id, ids: event.ids, text: event.text }] : [],
  )
}

describe('two people in one picture', () => {
  it('are read in turn token for token as each is read alone', async () => {
    const inTurn = await read('face', 'all', moments())
    let tokens = 0
    for (const { track } of people) {
      const alone = await read('face', 'chosen', moments(), track)
      const said = answersOf(inTurn, track)
      expect(said).toHaveLength(6)
      expect(said).toEqual(answersOf(alone, track))
      tokens += said.reduce((sum, { ids }) => sum + ids.length, 0)
    }
    console.log(`Two people read in turn: ${tokens} of ${tokens} tokens as of each alone.`)
    const [smiling, scowling] = people.map(({ track }) => answersOf(inTurn, track))
    expect(smiling.at(-1)?.text).toContain('happy')
    expect(scowling.at(-1)?.text).toContain('angry')
    expect(smiling[0].text).toContain('long wavy brown hair')
    expect(scowling[0].text).toContain('short straight blonde hair')
  }, 180_000)
})

describe('the twin', () => {
  const box = { x: 100, y: 100, width: 60, height: 80 }
  /** A face that begins to smile in the third second. */
  const smiling = (): FacesMoment[] =>
    Array.from({ length: 10 * lastS + 1 }, (_, index) => {
      const timeS = index / 10
      const smile: Partial<Record<MeasuredUnit, number>> = timeS < 2 ? {} : { AU12: 0.95, AU6: 0.8 }
      return momentOf(timeS, picture, { 'face-1': measuredFace(timeS, box, smile) })
    })

  it('tells rest first and the smile after it, and nothing of looks', async () => {
    const events = await read('twin', 'chosen', smiling())
    const answers = answersOf(events, 'face-1')
    expect(answers.map(({ id }) => id)).toEqual(['expression', 'emotion', 'expression', 'emotion'])
    expect(answers[0].text).toMatch(/^At first, the face is at rest\. At the end, .*lip corners pulled up/)
    expect(answers[1].text).toContain('happy')
    const shown = events.flatMap((event) => (event.type === 'frame' || event.type === 'update' ? [event.view] : []))
    expect(new Set(shown)).toEqual(new Set(['twin']))
    const measured = events.flatMap((event) => (event.type === 'measured' ? [event] : []))
    expect(measured[0].events.map(({ kind }) => kind)).toContain('smile')
    // The same measures give the same drawing, and so the same words.
    expect(answersOf(await read('twin', 'chosen', smiling()), 'face-1')).toEqual(answers)
  }, 180_000)

  it('has nothing to move as where nobody is, and says so', async () => {
    const nobody = smiling().map((moment) => ({ ...moment, faces: [] }))
    const events = await read('twin', 'all', nobody)
    expect(events.filter(({ type }) => type === 'notice')).toMatchObject([{ code: 'nobody-found' }])
    expect(events.filter(({ type }) => type === 'update' || type === 'frame')).toEqual([])
    expect(events.at(-1)).toEqual({ type: 'over', reason: 'ended' })
  })

  it('asks nothing where all questions are about looks, and says why', async () => {
    const { manifest } = await load()
    const settings = readingSettings({ maxTokens: 100 }, manifest)
    const stages = reasoningPreset.stages.filter(({ id }) => id === 'attributes')
    const faces: FacesRequest = {
      view: 'twin',
      who: 'all',
      feed: { type: 'messages', messages: messagesOf(smiling()) },
    }
    const source = { type: 'frames', frames: [frameAt(0), frameAt(0.5)] } as const
    const events: ReadingProgress[] = []
    for await (const event of reader.read(readingRequest({ source, stages, settings, faces }, manifest)))
      events.push(event)
    expect(events.filter(({ type }) => type === 'notice')).toMatchObject([{ code: 'nothing-asked' }])
    expect(events.filter(({ type }) => type === 'stage' || type === 'answer')).toEqual([])
  })
})
