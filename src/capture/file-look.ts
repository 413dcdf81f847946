import { BlobSource, EncodedPacketSink, Input } from 'mediabunny'
import type { CaptureError } from '../base/errors.ts'
import { containerTrouble } from './container-check.ts'
import { asCaptureError } from './file-errors.ts'
import type { FileKind } from './file-kind.ts'
import { kindOfFile, refusalOfKind } from './file-refusal.ts'
import { readIsoFile } from './iso-file.ts'
import { openClip } from './open-clip.ts'
import { decoderConfigOf } from './picture-decoder.ts'
import { videoFormats } from './video-clip.ts'

/**
 * Why a file cannot be read, without reading more of it than its index where nothing is wrong; undefined where it can be
 * opened. To be asked before anything gives way to it.
 *
 * @returns a CaptureError of `openClip`
 */
export async function troubleIn(file: Blob): Promise<CaptureError | undefined> {
  try {
    const kind = await kindOfFile(file)
    const refusal = await refusalOfKind(kind)
    if (refusal) return refusal
    if (kind.type !== 'image' && (await isPlain(file, kind.type))) return undefined
    // What is damaged may still be read in part, which only the reader's own way of opening it tells.
    const clip = await openClip(file)
    clip.close()
    return undefined
  } catch (error) {
    return asCaptureError(error)
  }
}

/** Whether a video's container makes sense as it is, and this browser decodes its picture. */
async function isPlain(file: Blob, kind: FileKind['type']): Promise<boolean> {
  if (kind === 'mpeg-ts') return false
  const input = new Input({ formats: videoFormats, source: new BlobSource(file) })
  try {
    const iso = kind === 'iso' ? await readIsoFile(file) : undefined
    if (iso?.isCut || (await containerTrouble(file, kind, iso))) return false
    const track = await input.getPrimaryVideoTrack()
    if (!track || !(await decoderConfigOf(track))) return false
    return (await new EncodedPacketSink(track).getFirstPacket()) !== null
  } catch {
    return false
  } finally {
    input.dispose()
  }
}
