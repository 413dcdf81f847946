import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface LineOptions {
  /** What all connections together carry towards the visitor, bits a second. */
  readonly bitsPerS: number
  /** Of a round trip. */
  readonly latencyMs: number
}

export interface ThrottledLine {
  /** In place of the server's. */
  readonly port: number
  /** Bytes that have reached the visitor so far, headers included. */
  readonly bytes: number
  close(): Promise<void>
}

/** About what a packet holds. */
const sliceBytes = 1460

/**
 * A slow line in front of a server. All connections share it, those of workers and of a service worker as well as the
 * page's, which a browser's own throttling would give a line each.
 */
export async function openThrottledLine(serverPort: number, options: LineOptions): Promise<ThrottledLine> {
  const { bitsPerS, latencyMs } = options
  const waiting: { readonly socket: Socket; readonly upstream: Socket; parts: Buffer[] }[] = []
  let bytes = 0
  let creditBytes = 0
  let lastMs = performance.now()
  const send = () => {
    const nowMs = performance.now()
    creditBytes += ((nowMs - lastMs) * bitsPerS) / 8000
    lastMs = nowMs
    if (waiting.every(({ parts }) => parts.length === 0)) {
      // An idle line saves nothing up.
      creditBytes = 0
      return
    }
    // In turns, one packet each.
    for (let isMoving = true; isMoving && creditBytes > 0; ) {
      isMoving = false
      for (const each of waiting) {
        const [first] = each.parts
        if (!first || creditBytes <= 0) continue
        const slice = first.subarray(0, sliceBytes)
        if (slice.length < first.length) each.parts[0] = first.subarray(sliceBytes)
        else each.parts.shift()
        each.socket.write(slice)
        bytes += slice.length
        creditBytes -= slice.length
        isMoving = true
        if (each.parts.length < 16) each.upstream.resume()
      }
    }
  }
  const timer = setInterval(send, 2)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const upstream = connect(serverPort, '127.0.0.1')
    const line = { socket, upstream, parts: [] as Buffer[] }
    waiting.push(line)
    const openedMs = performance.now()
    for (const each of [socket, upstream]) {
      sockets.add(each)
      each.setNoDelay(true)
      each.on('error', () => undefined)
      each.on('close', () => {
        sockets.delete(each)
        setTimeout(() => {
          socket.destroy()
          upstream.destroy()
          const at = waiting.indexOf(line)
          if (at >= 0 && line.parts.length === 0) waiting.splice(at, 1)
        }, 1000)
      })
    }
    // A handshake takes a round trip before the first request leaves, and each request one until its answer begins.
    socket.on('data', (data) => {
      const left = Math.max(0, latencyMs - (performance.now() - openedMs))
      setTimeout(() => upstream.write(data), latencyMs + left)
    })
    upstream.on('data', (data) => {
      line.parts.push(data)
      if (line.parts.length >= 64) upstream.pause()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get bytes() {
      return bytes
    },
    close: async () => {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
