import type { EngineClient } from '../../readers/worker/client.ts'

/** What the session asks of the engine's worker; tests put something else in its place. */
export type SessionClient = Pick<EngineClient, keyof EngineClient>

/** The client of the engine's worker: another one after the worker or its device was lost. */
export class CurrentClient {
  private client: SessionClient

  constructor(private readonly create: () => SessionClient) {
    this.client = create()
  }

  get(): SessionClient {
    return this.client
  }

  /** Ends the worker and starts another one, which has no model. */
  replace(): void {
    this.client.close()
    this.client = this.create()
  }
}
