import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { headersFor, parseHeaders } from '../cli/serve/header-rules.ts'
import { mediaTypes } from '../cli/serve/static-files.ts'
import { headersCommand, nginxBlock } from '../e2e/nginx-block.ts'
import { headersFile } from './content-policy.ts'

const folder = mkdtempSync(join(tmpdir(), 'videmo-nginx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const built = headersFile({})
const rules = parseHeaders(built)
const headersOf = (path: string) => headersFor(rules, path)

describe('the block for nginx in docs/hosting.md', () => {
  it('gives every kind of file the type that it has elsewhere', () => {
    const [, list = ''] = /types \{([^}]*)\}/.exec(nginxBlock) ?? []
    const named = [...list.matchAll(/^\s*(\S+\/\S+) ([^;]+);/gm)].flatMap(([, type, extensions]) =>
      extensions.split(' ').map((extension) => [`.${extension}`, type] as const),
    )
    const expected = Object.entries(mediaTypes).filter(([, type]) => type !== 'application/octet-stream')
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(expected))
    expect(nginxBlock).toContain('default_type application/octet-stream;')
  })

  it('sends the headers of the build, by the command beside it', () => {
    writeFileSync(join(folder, '_headers'), built)
    execFileSync('sh', ['-c', headersCommand(folder, join(folder, 'videmo.headers'))])
    const lines = readFileSync(join(folder, 'videmo.headers'), 'utf8').trim().split('\n')
    const sent = lines.map((line) => /^add_header ([\w-]+) "([^"$]*)" always;$/.exec(line)?.slice(1) ?? [line])
    expect(Object.fromEntries(sent.map(([name, value]) => [name.toLowerCase(), value]))).toEqual(
      headersOf('/index.html'),
    )
    expect(sent.map(([name]) => name)).toContain('Content-Security-Policy')
  })

  it('caches as the build says', () => {
    const [outer, inner] = nginxBlock.split('location /videmo/assets/')
    expect(outer).toContain(`add_header Cache-Control ${headersOf('/sw.js')['cache-control']} always;`)
    expect(inner).toContain(`add_header Cache-Control "${headersOf('/assets/x.js')['cache-control']}";`)
  })

  it('sends the address without its slash to that with it', () => {
    expect(nginxBlock).toMatch(/location = \/videmo \{[^}]*return 301 \/videmo\/\$is_args\$args;/)
  })
})
