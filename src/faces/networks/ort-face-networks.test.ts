import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFaceNetworks, readNetwork } from '../../../cli/face-networks.ts'
import { FaceError } from '../../base/errors.ts'
import {
  blendshapeCount,
  blendshapeLandmarkCount,
  cropSide,
  detectorSide,
  type FaceNetworks,
  landmarkCount,
} from './face-networks.ts'
import { nodeFaceNetworks } from './node-face-networks.ts'

const gray = (length: number) => new Float32Array(length).fill(0.5)
const crop = cropSide * cropSide * 3

describe('the face networks in Node', () => {
  let networks: FaceNetworks
  beforeAll(async () => {
    networks = await openFaceNetworks()
  })
  afterAll(() => networks.close())

  it('give what the interface says, several faces at once included', async () => {
    const { boxes, scores } = await networks.detect(gray(detectorSide * detectorSide * 3))
    expect([boxes.length, scores.length]).toEqual([2304 * 16, 2304])
    const { points, presence } = await networks.landmarks(gray(3 * crop), 3)
    expect([points.length, presence.length]).toEqual([3 * landmarkCount * 3, 3])
    expect((await networks.blendshapes(gray(blendshapeLandmarkCount * 2))).length).toBe(blendshapeCount)
  })

  it('find no face in a gray crop', async () => {
    const { presence } = await networks.landmarks(gray(crop), 1)
    expect(presence[0]).toBeGreaterThanOrEqual(0)
    expect(presence[0]).toBeLessThan(0.1)
  })

  it('run one call after the other, and go on after one that failed', async () => {
    const outcomes = await Promise.allSettled([
      networks.landmarks(gray(crop), 1),
      networks.landmarks(gray(crop), 2),
      networks.landmarks(gray(crop), 1),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const { reason } = outcomes[1] as PromiseRejectedResult
    expect(reason).toBeInstanceOf(FaceError)
    expect(reason).toMatchObject({ code: 'faces-failed', subject: 'models/faces/landmarks.onnx', recoverable: true })
  })
})

describe('nodeFaceNetworks', () => {
  it('says which file could not be loaded', async () => {
    const opening = nodeFaceNetworks(async (file) => {
      if (file.path.includes('landmarks')) throw new Error('404')
      return readNetwork(file)
    })
    await expect(opening).rejects.toMatchObject({
      name: 'FaceError',
      code: 'faces-not-loaded',
      message: 'Faces cannot be found: models/faces/landmarks.onnx could not be loaded: 404',
      subject: 'models/faces/landmarks.onnx',
    })
  })
})
