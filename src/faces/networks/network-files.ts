import { sha256 } from 'hash-wasm'
import { FaceError } from '../../base/errors.ts'

export type NetworkName = 'detector' | 'landmarks' | 'blendshapes'

/** What a published file must be: `public/models/faces/networks.json` says the same, and of what each was made. */
export interface NetworkFile {
  /** Below the page, or below the folder that is published as the page. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export const networkFiles: Readonly<Record<NetworkName, NetworkFile>> = {
  detector: {
    path: 'models/faces/detector.onnx',
    bytes: 1063339,
    sha256: 'c24e166fc76cee6bc5eb7285e9040dd537b68641e95d34aceda3bb8f283c36c1',
  },
  landmarks: {
    path: 'models/faces/landmarks.onnx',
    bytes: 2540040,
    sha256: '374ffcd7adce852c3d822bc858fa5283537fddccd7907aa911cf400d68678d18',
  },
  blendshapes: {
    path: 'models/faces/blendshapes.onnx',
    bytes: 986054,
    sha256: '07390778561985303c35704fde37cb40d7f49b99073819a99d8dafed25838ccb',
  },
}

/** Reads a network's file, wherever it lies. Throws what the place throws. */
export type ReadNetwork = (file: NetworkFile) => Promise<Uint8Array>

/** Whether these are the bytes of the file, by their number and SHA-256. */
export async function isIntact(bytes: Uint8Array, file: NetworkFile): Promise<boolean> {
  return bytes.byteLength === file.bytes && (await sha256(bytes)) === file.sha256
}

/** FaceError `faces-not-loaded`. */
export function notLoaded(subject: string, message: string, cause?: unknown): FaceError {
  return new FaceError({
    code: 'faces-not-loaded',
    message: `Faces cannot be looked for: ${message}`,
    action: 'Check the connection, then reload the page. The whole picture can be read without it.',
    subject,
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
