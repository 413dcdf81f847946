import { type TransferHandler, transferHandlers } from 'comlink'
import { fromWire, toWire, type WireError } from './errors.ts'

interface Thrown {
  readonly value: unknown
}

/**
 * Makes errors cross comlink with class, code, action and subject: its own handler for what is thrown keeps name and
 * message only. Both ends call it, before anything else.
 */
export function installErrorTransfer(): void {
  const original = transferHandlers.get('throw')
  if (!original) throw new Error('comlink has no handler for errors')
  const handler: TransferHandler<Thrown, WireError> = {
    // Whatever is thrown comes wrapped with comlink's own mark, which only the original can tell.
    canHandle: (value): value is Thrown => original.canHandle(value),
    serialize: ({ value }) => [toWire(value), []],
    deserialize: (error) => {
      throw fromWire(error)
    },
  }
  transferHandlers.set('throw', handler)
}
