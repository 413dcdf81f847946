import type { InferenceSession } from 'onnxruntime-web'
import type { Feeds, Fetches, Outputs } from '../decoder-backend.ts'

/** The most recordings of one session; each keeps its intermediate buffers until the session ends. */
const maxRecordings = 16

/** ONNX Runtime's run option: runs with the same id are recorded once and replayed, runs with -1 never. */
const recordingOption = (id: number) => ({ extra: { gpu_graph_id: String(id) } })

/**
 * A session whose runs can be recorded (ONNX Runtime's graph capture): a replay sends the recorded commands over the
 * recorded buffers again, and nothing is uploaded, bound or encoded for it.
 */
export class RecordingSession {
  private recordings = 0
  private isRefused = false

  constructor(
    private readonly session: InferenceSession,
    /** Whether runs can be recorded. Kernels then take sequence lengths from the device instead of from the host. */
    readonly canRecord: boolean,
  ) {}

  /** An id to record a run under; undefined when nothing more can be recorded. */
  claimRecording(): number | undefined {
    return this.canRecord && this.recordings < maxRecordings ? this.recordings++ : undefined
  }

  /**
   * Runs the graph. After the runtime has refused to record once, every run is a plain one.
   *
   * @param recording the run is recorded under this id, or replayed if it was already: feeds and fetches must be the same
   * GPU buffers each time, and inputs in host memory keep the values of the recorded run
   */
  async run(feeds: Feeds, fetches: Fetches, recording?: number): Promise<Outputs> {
    const run = (options: InferenceSession.RunOptions) => this.session.run(feeds, fetches, options)
    if (!this.canRecord) return run({})
    if (recording !== undefined && !this.isRefused) {
      try {
        return await run(recordingOption(recording))
      } catch {
        this.isRefused = true
      }
    }
    return run(recordingOption(-1))
  }

  release(): Promise<void> {
    return this.session.release()
  }
}
