import type { FacesMessage, FacesMoment } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { MomentLog } from '../moment-log.ts'

/**
 * The ports by which readings of one source learn of its faces. Every one ends, whatever happens: a reading that waits for
 * the faces of a frame must not wait for ever.
 */
export class Feeds {
  private readonly ports = new Set<MessagePort>()
  private chosen: TrackId | undefined
  private isOver = false

  /** @param log for a feed that is opened late: of a file, of which all is told, from its beginning */
  constructor(private readonly log?: MomentLog) {}

  add(port: MessagePort): void {
    this.ports.add(port)
    // Where the browser tells that whoever listened has gone.
    port.addEventListener('close', () => this.ports.delete(port))
    port.start()
    for (const moment of this.log?.moments() ?? []) post(port, { type: 'moment', moment })
    if (this.chosen) post(port, { type: 'chosen', track: this.chosen })
    if (this.isOver) this.endPorts()
  }

  tell(moment: FacesMoment): void {
    this.log?.add(moment)
    for (const port of this.ports) post(port, { type: 'moment', moment })
  }

  choose(track: TrackId): void {
    this.chosen = track
    for (const port of this.ports) post(port, { type: 'chosen', track })
  }

  /** No more moments come. */
  end(): void {
    this.isOver = true
    this.endPorts()
  }

  /** Ends the feeds that are open; later ones go on. */
  endPorts(): void {
    for (const port of this.ports) {
      post(port, { type: 'end' })
      port.close()
    }
    this.ports.clear()
  }
}

function post(port: MessagePort, message: FacesMessage): void {
  port.postMessage(message)
}
