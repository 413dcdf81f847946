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
    bytes: 1045661,
    sha256: '107ce1d4d25972395fa63774235210e735b5c11268dce1f5a587781640d3bc2b',
  },
  landmarks: {
    path: 'models/faces/landmarks.onnx',
    bytes: 2426764,
    sha256: 'e1366857c756730c5d0fb0629af6879ca8bae43a02e2732cd25356913e521066',
  },
  blendshapes: {
    path: 'models/faces/blendshapes.onnx',
    bytes: 912073,
    sha256: '8b06e082a1d5ae51f4661b942335e5b01896cac5b6b59356965d168929bde971',
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
