import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { headersFor, parseHeaders } from '../cli/serve/header-rules.ts'
import { mediaTypeOf } from '../cli/serve/static-files.ts'
import { headersCommand, nginxBlock, nginxPath } from './nginx-block.ts'
import { expect, test } from './page.ts'
import { dist } from './static-host.ts'

test('nginx, set up by the docs, serves every file with its type and headers', async ({ page, watch }) => {
  test.skip(nginxPath === undefined, 'nginx is not installed here: the block of docs/hosting.md was not run')
  const folder = await mkdtemp(join(tmpdir(), 'videmo-nginx-'))
  let nginx: ChildProcess | undefined
  try {
    const port = await freePort()
    // As in the docs, with a folder of ours for /srv.
    await symlink(dist, join(folder, 'videmo'))
    execFileSync('sh', ['-c', headersCommand(dist, join(folder, 'videmo.headers'))])
    await mkdir(join(folder, 'temp'))
    const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const configuration = `
daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  gzip on; gzip_types *;
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/temp/${kind};`).join(' ')}
  server { listen 127.0.0.1:${port}; ${nginxBlock.replaceAll('/srv', folder)} }
}`
    await writeFile(join(folder, 'nginx.conf'), configuration)
    nginx = spawn(nginxPath ?? 'nginx', [
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
      '-e',
      join(folder, 'error.log'),
    ])
    const origin = `http://127.0.0.1:${port}`
    await expect
      .poll(() =>
        fetch(origin).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)

    const redirect = await fetch(`${origin}/videmo?embed=1`, { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([301, '/videmo/?embed=1'])
    const missing = await fetch(`${origin}/videmo/none.js`)
    expect([missing.status, missing.headers.get('content-security-policy') === null]).toEqual([404, false])

    const rules = parseHeaders(await readFile(join(dist, '_headers'), 'utf8'))
    const entries = await readdir(dist, { withFileTypes: true, recursive: true })
    const names = entries
      .filter((each) => each.isFile())
      .map((each) => relative(dist, join(each.parentPath, each.name)))
    for (const name of [...names, '']) {
      const response = await fetch(`${origin}/videmo/${name}`, { headers: { 'accept-encoding': 'identity' } })
      await response.arrayBuffer()
      expect(response.status, name).toBe(200)
      const file = name === '' ? 'index.html' : name
      expect(response.headers.get('content-type')?.split(';')[0], name).toBe(mediaTypeOf(file))
      expect(response.headers.get('content-encoding'), name).toBe(null)
      for (const [header, value] of Object.entries(headersFor(rules, `/${file}`))) {
        expect(response.headers.get(header), `${header} of ${name}`).toBe(value)
      }
    }
    console.log(`    nginx: ${names.length} files with the types and headers of the build`)

    watch.allowedOrigins.push(origin)
    await page.goto(`${origin}/videmo?test&source=none`)
    await expect(page.getByRole('heading', { name: 'VidEmo', level: 1 })).toBeVisible()
    expect(new URL(page.url()).pathname).toBe('/videmo/')
    // The small model, through the gzipped WebAssembly and the weights as nginx serves them.
    await expect(page.getByText(/small model · /).first()).toBeVisible({ timeout: 120_000 })
  } finally {
    nginx?.kill()
    await rm(folder, { recursive: true, force: true })
  }
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
