import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import send from 'send'

/** By extension, for every kind of file that the built page holds. What is not named here is `binaryType`. */
export const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gz': 'application/gzip',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.onnx': 'application/octet-stream',
  '.ts': 'text/plain',
  '.txt': 'text/plain',
  '.md': 'text/plain',
}

/** The type of weights: `decoder.data.000` and the like. */
export const binaryType = 'application/octet-stream'

export function mediaTypeOf(path: string): string {
  return mediaTypes[extname(path)] ?? binaryType
}

/**
 * Answers a GET or HEAD request with a file below a folder, whole or the range that was asked for; 404 where there is no
 * such file, and where the path leads out of the folder or to a hidden file. Browsers keep it, and ask each time whether
 * it has changed, unless the headers say otherwise.
 *
 * @param path decoded, relative to the folder, with `/` between its parts
 * @param headers sent with every answer, a refusal included
 */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): void {
  const usual = { 'content-type': mediaTypeOf(path), 'cache-control': 'no-cache' }
  for (const [name, value] of Object.entries({ ...usual, ...headers })) response.setHeader(name, value)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  // A file that is missing today may be there tomorrow.
  const refuse = (status: number) => response.writeHead(status, { 'cache-control': 'no-cache' }).end()
  send(request, encodeURI(path).replace(/[?#]/g, encodeURIComponent), {
    root: folder,
    index: false,
    cacheControl: false,
  })
    .on('error', ({ status = 500 }: { readonly status?: number }) => refuse(status === 416 ? 416 : 404))
    .on('directory', () => refuse(404))
    .pipe(response)
}
