import { CheckpointError } from '../../base/errors.ts'
import { slashedRevisions } from './checkpoint-address.ts'
import { HttpFiles, type HttpOptions } from './http-files.ts'

/**
 * The address of the revision that the hub has. The name of a branch may hold slashes, and an address does not tell them
 * from those of folders: `/tree/new/heads` is the folder `heads` of the branch `new`, or the branch `new/heads`. No two
 * branches can be called so, which makes the first that the hub has the one that is meant. Asks only where that is in
 * question; gives the address as it is where none is there.
 *
 * @param address as `checkpointAddress` gives it
 * @throws what `HttpFiles` throws, but for `no-such-revision`
 */
export async function settledAddress(address: string, options: HttpOptions = {}): Promise<string> {
  const others = slashedRevisions(address)
  if (others.length === 0) return address
  for (const candidate of [address, ...others]) {
    const files = new HttpFiles(candidate, options)
    try {
      // Whether it is there or not: the hub would have said that it has no such revision.
      await files.open('config.json')
      return candidate
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code !== 'no-such-revision') throw error
    } finally {
      await files.close()
    }
  }
  return address
}
