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
    bytes: 1045587,
    sha256: '6f4860d0f208d09b53c328ebf26fb547cb414d7646595d6e14795f034d44095e',
  },
  landmarks: {
    path: 'models/faces/landmarks.onnx',
    bytes: 2426681,
    sha256: 'c9a1d003f0768e1300f147bab03b7c3423e2bb0f5336afe8c26207ba35ac3af3',
  },
  blendshapes: {
    path: 'models/faces/blendshapes.onnx',
    bytes: 912006,
    sha256: 'a7cad49468bd87fe4df0aa1c2426ab43639dad7ae518a14fce18cf4e0e253a7b',
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
    message: `Faces cannot be found: ${message}`,
    action: 'Check the connection, then reload the page. The whole picture can be read without it.',
    subject,
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
