import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { env } from '@huggingface/transformers'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { CheckpointError, EngineError } from '../../base/errors.ts'
import { nodeBackend } from './backend.ts'
import { openModelFolder } from './model-folder.ts'
import { TransformersReader } from './transformers-reader.ts'

/** What the server does with a path; 404 for every other. */
const answers = new Map<string, (response: ServerResponse) => unknown>()
const requests: string[] = []
const server = createServer(({ url = '' }, response) => {
  requests.push(url)
  const answer = answers.get(new URL(url, 'http://x').pathname)
  if (answer) answer(response)
  else response.writeHead(404).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

beforeEach(() => {
  answers.clear()
  requests.length = 0
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const failureOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
const load = (folder: string) => failureOf(new TransformersReader(nodeBackend).load({ folder }))

it('says what a server that has no such model answers', async () => {
  expect(await load(`${origin}/none`)).toMatchObject({ name: 'CheckpointError', code: 'not-transformers-js' })
  answers.set('/broken/config.json', (response) => response.writeHead(503).end())
  const error = await load(`${origin}/broken/`)
  expect(error).toBeInstanceOf(CheckpointError)
  expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/503/) })
  // Only what lies in the folder was asked for.
  expect(requests).toEqual(['/none/config.json', '/broken/config.json'])
})

it('ends when a file breaks off, for which transformers.js would wait for ever', async () => {
  answers.set('/m/onnx/x.onnx_data', (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('some')
    setTimeout(() => response.destroy(), 50)
  })
  let bytes = 0
  const signal = new AbortController().signal
  const onBytes = (more: number) => {
    bytes += more
  }
  const folder = openModelFolder(`${origin}/m`, { signal, onBytes })
  const response = await env.fetch(`https://model.invalid/${folder.id}/onnx/x.onnx_data`)
  const body = failureOf(response.arrayBuffer())
  expect(await failureOf(folder.failed)).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/broke/) })
  expect(await body).toBeInstanceOf(Error)
  expect(bytes).toBe(4)
})

it('keeps the parameter by which an address is signed, and reaches nothing outside of the folder', async () => {
  answers.set('/m/config.json', (response) => response.writeHead(200).end('{}'))
  const signal = new AbortController().signal
  const folder = openModelFolder(`${origin}/m?key=1`, { signal, onBytes: () => undefined })
  expect(await (await env.fetch(`https://model.invalid/${folder.id}/config.json`)).text()).toBe('{}')
  expect(requests).toEqual(['/m/config.json?key=1'])
  for (const address of [`${origin}/m/config.json`, 'https://huggingface.co/x', 'https://model.invalid/another/x']) {
    const error = await failureOf(env.fetch(address))
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({ code: 'outside-folder' })
  }
  await env.fetch(`https://model.invalid/${folder.id}/../../../secret`).catch(() => undefined)
  expect(requests).toHaveLength(1)
  folder.close()
  expect(await failureOf(env.fetch(`https://model.invalid/${folder.id}/config.json`))).toMatchObject({
    code: 'outside-folder',
  })
})

it('tells how long a file is where a host lets other origins see no range', async () => {
  answers.set('/m/onnx/x.onnx', (response) => {
    const isHead = response.req.method === 'HEAD'
    response.writeHead(isHead ? 200 : 206, { 'content-length': isHead ? '1234' : '1' }).end(isHead ? undefined : 'x')
  })
  const signal = new AbortController().signal
  const folder = openModelFolder(`${origin}/m/`, { signal, onBytes: () => undefined })
  const headers = { range: 'bytes=0-0' }
  const response = await env.fetch(`https://model.invalid/${folder.id}/onnx/x.onnx`, { headers })
  expect(response.headers.get('content-length')).toBe('1234')
})
