import { type TransferHandler, transferHandlers } from 'comlink'
import { fromWire, toWire, type WireError } from './errors.ts'

interface Thrown {
  readonly value: unknown
}

/**
 * Makes errors keep their class, code, action and subject when they cross a worker boundary: comlink's own handler keeps
 * name and message only. Page and worker both call it before anything else.
 */
export function installErrorTransfer(): void {
  const original = transferHandlers.get('throw')
  if (!original) throw new Error('comlink has no handler for errors')
  const handler: TransferHandler<Thrown, WireError> = {
    // Comlink wraps what is thrown in an object with a mark of its own, which only the original handler recognizes.
    canHandle: (value): value is Thrown => original.canHandle(value),
    serialize: ({ value }) => [toWire(value), []],
    deserialize: (error) => {
      throw fromWire(error)
    },
  }
  transferHandlers.set('throw', handler)
}
