import type { DecoderBackend } from './backends/decoder-backend.ts'

/** The language model's session and how many decoders use it; it is released by the last of them. */
export class SharedBackend {
  private users = 1

  constructor(readonly backend: DecoderBackend) {}

  share(): this {
    this.users++
    return this
  }

  async release(): Promise<void> {
    if (--this.users === 0) await this.backend.release()
  }
}
