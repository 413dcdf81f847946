import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { FaceError } from '../../base/errors.ts'
import {
  blendshapeLandmarkCount,
  cropSide,
  type Detections,
  detectorSide,
  type FaceNetworks,
  type Landmarks,
} from './face-networks.ts'
import { type NetworkName, networkFiles, notLoaded, type ReadNetwork } from './network-files.ts'

/** What is used of ONNX Runtime; onnxruntime-node and every build of onnxruntime-web have it. */
export interface Ort {
  readonly InferenceSession: typeof InferenceSession
  readonly Tensor: typeof Tensor
  /** Called once the networks are open, to free what starting the runtime needed. */
  readonly onSessionsCreated?: () => void
}

type Sessions = Readonly<Record<NetworkName, InferenceSession>>

/**
 * The face networks as sessions of ONNX Runtime.
 *
 * @throws FaceError `faces-not-loaded` where a file is missing, is another one, or cannot be used by the runtime
 */
export async function ortFaceNetworks(
  ort: Ort,
  read: ReadNetwork,
  options: InferenceSession.SessionOptions,
): Promise<FaceNetworks> {
  const opened: Partial<Record<NetworkName, InferenceSession>> = {}
  const open = async (name: NetworkName) => {
    const { path } = networkFiles[name]
    try {
      const bytes = await read(networkFiles[name])
      const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options })
      opened[name] = session
      return session
    } catch (cause) {
      await Promise.all(Object.values(opened).map((session) => session.release()))
      throw notLoaded(path, `${path} could not be loaded: ${messageOf(cause)}`, cause)
    }
  }
  // One after the other: the runtime makes one session at a time.
  const sessions: Sessions = {
    detector: await open('detector'),
    landmarks: await open('landmarks'),
    blendshapes: await open('blendshapes'),
  }
  ort.onSessionsCreated?.()
  return new OrtFaceNetworks(ort, sessions)
}

class OrtFaceNetworks implements FaceNetworks {
  private last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly ort: Ort,
    private readonly sessions: Sessions,
  ) {}

  async detect(pixels: Float32Array): Promise<Detections> {
    const [boxes, scores] = await this.run('detector', pixels, [1, detectorSide, detectorSide, 3])
    return { boxes, scores }
  }

  async landmarks(pixels: Float32Array, faces: number): Promise<Landmarks> {
    const [points, logits] = await this.run('landmarks', pixels, [faces, cropSide, cropSide, 3])
    return { points, presence: logits.map((logit) => 1 / (1 + Math.exp(-logit))) }
  }

  async blendshapes(points: Float32Array): Promise<Float32Array> {
    const [blendshapes] = await this.run('blendshapes', points, [1, blendshapeLandmarkCount, 2])
    return blendshapes
  }

  async close(): Promise<void> {
    await this.last.catch(() => undefined)
    await Promise.all(Object.values(this.sessions).map((session) => session.release()))
  }

  /** The outputs in the network's own order; a run waits for the one before it, for the runtime refuses a second one. */
  private run(name: NetworkName, input: Float32Array, dims: readonly number[]): Promise<Float32Array[]> {
    const next = this.last.catch(() => undefined).then(() => this.runNow(name, input, dims))
    this.last = next
    return next
  }

  private async runNow(name: NetworkName, input: Float32Array, dims: readonly number[]): Promise<Float32Array[]> {
    const session = this.sessions[name]
    try {
      const tensor = new this.ort.Tensor('float32', input, dims)
      const outputs = await session.run({ [session.inputNames[0]]: tensor })
      return await Promise.all(session.outputNames.map((each) => taken(outputs[each])))
    } catch (cause) {
      throw new FaceError({
        code: 'faces-failed',
        message: `Following faces failed in ${networkFiles[name].path}: ${messageOf(cause)}`,
        action: 'Reload the page to follow faces again. The whole picture can be read without it.',
        subject: networkFiles[name].path,
        recoverable: true,
        cause,
      })
    }
  }
}

/** The data of an output, which is then freed. */
async function taken(output: Tensor): Promise<Float32Array> {
  const data = await output.getData()
  output.dispose()
  return data as Float32Array
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
