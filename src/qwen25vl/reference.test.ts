import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ChatTemplate } from './chat.ts'
import { videoTokens } from './grid.ts'
import { sequencePositions } from './positions.ts'
import { BicubicResizer } from './resize.ts'
import { smartResize, videoBudget } from './smart-resize.ts'
import {
  agreement,
  type GoldenTensor,
  readConfig,
  readConversation,
  readFrames,
  readResized,
  readSafetensors,
  readTokenizerFiles,
  referenceCases,
} from './testing/reference.ts'
import { loadTokenizer } from './tokenizer.ts'
import { videoPatches } from './video-patches.ts'

const cases = referenceCases()

describe.runIf(cases.length > 0)('parity reference', () => {
  it('is there', () => expect(cases.length).toBeGreaterThan(0))
})

describe.each(cases)('reference $name', (reference) => {
  const { text, vision, tokens, preprocessor } = readConfig(reference.checkpoint)
  const conversation = readConversation(reference)
  const [t, h, w] = conversation.grid_thw
  const grid = { t, h, w }
  let golden: Map<string, GoldenTensor>
  beforeAll(() => {
    golden = readSafetensors(join(reference.directory, 'golden.safetensors'))
  })
  const tensor = (name: string): GoldenTensor => {
    const found = golden.get(name)
    if (found === undefined) throw new Error(`${name} is not in the golden file`)
    return found
  }

  it('has the same ids and positions in every turn', async () => {
    const tokenizer = loadTokenizer(readTokenizerFiles(reference.checkpoint))
    const template = new ChatTemplate(tokenizer, tokens)
    const ids: number[] = []
    for (const [turn, { question, tokens: answer, text: answerText }] of conversation.turns.entries()) {
      const videos = [videoTokens(grid, vision)]
      ids.push(...(turn === 0 ? template.firstTurn({ videos, question }) : template.nextTurn(question)))
      expect(ids).toEqual(tensor(`turn${turn}.input_ids`).values)
      const { positions } = sequencePositions({ ids, videoPad: tokens.videoPad, grids: [grid] }, vision)
      expect(Array.from(positions)).toEqual(tensor(`turn${turn}.position_ids`).values)
      expect(tokenizer.decode(answer)).toBe(answerText)
      ids.push(...answer)
    }
    expect(text.vocabSize).toBeGreaterThan(Math.max(...ids))
  })

  it('has the same pixels', () => {
    const frames = readFrames(reference)
    const source = { width: frames[0].width, height: frames[0].height }
    const target = smartResize(source.height, source.width, videoBudget(vision, preprocessor))
    const resizer = new BicubicResizer(source, target)
    const resized = frames.map(({ rgba }) => resizer.resize(rgba))

    const figures: Record<string, { equal: number; levels: number }> = {}
    for (const [index, { width, height, rgba }] of readResized(reference)) {
      expect({ width, height }).toEqual(target)
      const rgb = rgba.filter((_, i) => i % 4 !== 3)
      figures[`frame ${index}`] = agreement(resized[index], rgb)
    }

    const found = videoPatches(resized, target, vision, preprocessor)
    expect(found.grid).toEqual(grid)
    const width = vision.inChannels * vision.temporalPatchSize * vision.patchSize ** 2
    const channelWidth = width / vision.inChannels
    const level = (i: number) => 1 / 255 / preprocessor.imageStd[Math.floor((i % width) / channelWidth)]
    const head = tensor('pixel_values_head').values
    const tail = tensor('pixel_values_tail').values
    const { pixelValues } = found
    figures.head = agreement(pixelValues.subarray(0, head.length), head, level)
    figures.tail = agreement(pixelValues.subarray(pixelValues.length - tail.length), tail, level)

    const sums = tensor('pixel_values_sum_per_patch').values
    const foundSums = Array.from(sums, (_, patch) => {
      let sum = 0
      for (let i = patch * width; i < (patch + 1) * width; i++) sum += pixelValues[i]
      return Math.fround(sum)
    })
    const patches = agreement(foundSums, sums, () => level(0))
    if (process.env.VIDEMO_FIGURES) console.log(reference.name, figures, 'patch sums', patches)
    for (const { equal, levels } of Object.values(figures)) {
      expect(equal).toBeGreaterThanOrEqual(0.999)
      expect(levels).toBeLessThan(1.01)
    }
    expect(patches.equal).toBeGreaterThanOrEqual(0.98)
    // A patch has 1176 values; at most a few of them a level off.
    expect(patches.levels).toBeLessThan(5)
  })
})
