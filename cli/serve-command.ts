import { join } from 'node:path'
import { defineCommand } from 'citty'
import { CLIError, countOption } from './options.ts'
import { packageRoot } from './package-root.ts'
import { startPageServer } from './serve/page-server.ts'

const defaultPort = 4180
const highestPort = 65_535

export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Serves the page on this machine, until Ctrl+C.' },
  args: {
    port: { type: 'string', default: String(defaultPort), description: 'Port; 0 for any free one' },
    host: {
      type: 'string',
      default: '127.0.0.1',
      description: 'Address to listen on; 0.0.0.0 for other machines, too',
    },
    bundle: { type: 'string', description: 'Folder of a bundle, with which the page opens' },
  },
  async run({ args }) {
    const port = countOption('--port', args.port, 0) ?? defaultPort
    if (port > highestPort) throw new CLIError(`--port ${port}: give a port up to ${highestPort}.`)
    const folder = join(packageRoot, 'dist')
    const server = await startPageServer({ folder, port, host: args.host, bundle: args.bundle })
    process.stdout.write(`VidEmo is at ${server.url} (Ctrl+C ends it)\n`)
    await interrupted()
    await server.close()
  },
})

/** Until the person presses Ctrl+C, or the system asks for the end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
