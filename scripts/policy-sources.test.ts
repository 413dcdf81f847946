import { describe, expect, it } from 'vitest'
import { matches } from '../src/bundles/weight-hosts.ts'
import { contentPolicyFiles } from './content-policy.ts'
import { frameAncestors, weightHosts } from './policy-sources.ts'

const hub = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co']

describe('VIDEMO_WEIGHT_HOSTS', () => {
  it.each([
    [undefined, hub],
    ['', hub],
    ['  ', hub],
    ["'none'", []],
    ['https:', ['https:']],
    ['https://weights.example.org  http://127.0.0.1:*', ['https://weights.example.org', 'http://127.0.0.1:*']],
    ['https://*.example.org:8443', ['https://*.example.org:8443']],
    // As browsers compare it: in lower case, each once, without the slash.
    ['https://Weights.Example.org/ https://weights.example.org', ['https://weights.example.org']],
    ['http://localhost:8080', ['http://localhost:8080']],
  ])('takes %j', (value, expected) => {
    expect(weightHosts({ VIDEMO_WEIGHT_HOSTS: value })).toEqual(expected)
  })

  it.each([
    ['https://a.example\n  X-Injected: 1', 'a line break'],
    ['https://a.example\r\nSet-Cookie: a=b', 'a line break'],
    ['https://a.example\u0000', 'control character'],
    ["https://a.example; script-src 'unsafe-inline'", 'a semicolon'],
    ['https://a.example,https://b.example', 'a comma'],
    ["'unsafe-inline'", 'in quotes'],
    ["'self'", 'in quotes'],
    ['"https://a.example"', 'in quotes'],
    ['none', "needs its quotes: 'none'"],
    ["'none' https://a.example", 'stands alone'],
    ['*', 'https: allows every host'],
    ['https://*', 'a * stands for'],
    ['https://*.', 'the host is missing'],
    ['https://*.org', 'every host whose name ends in .org'],
    ['https://ex*mple.org', 'a * stands for'],
    ['https://example.*', 'a * stands for'],
    ['https://a.*.example.org', 'a * stands for'],
    ['https://*example.org', 'a * stands for'],
    ['ftp://a.example', 'neither https:// nor http://'],
    ['javascript:alert(1)', 'neither https:// nor http://'],
    ['data:', 'neither https:// nor http://'],
    ['blob:', 'neither https:// nor http://'],
    ['huggingface.co', 'is it https://huggingface.co?'],
    ['localhost:8080', 'is it https://localhost:8080?'],
    ['https://', 'the host is missing'],
    ['https:/a.example', 'neither https:// nor http://'],
    ['https://a..example', 'no name of a host'],
    ['https://-a.example', 'no name of a host'],
    ['https://a.example:0', 'no port'],
    ['https://a.example:65536', 'no port'],
    ['https://a.example:', 'no port'],
    ['https://a.example:80*', 'no port'],
    ['https://a.example/models/', 'name the host alone, https://a.example'],
    ['https://user:word@a.example', "a user's name"],
    ['https://[::1]:8080', 'IPv6'],
    ['https://müller.example', 'xn--'],
  ])('stops the build at %j', (value, said) => {
    const build = () => contentPolicyFiles({ VIDEMO_WEIGHT_HOSTS: value })
    expect(build).toThrow(said)
    expect(build).toThrow(/^VIDEMO_WEIGHT_HOSTS: .* as in VIDEMO_WEIGHT_HOSTS="https:\/\/weights/)
  })

  it('takes nothing that the page’s own list of hosts would read otherwise', () => {
    for (const source of weightHosts({ VIDEMO_WEIGHT_HOSTS: 'https://Example.org/ https://*.Example.net:8443' })) {
      const address = source.replace('*', 'a')
      expect(matches(source, new URL(address)), source).toBe(true)
    }
  })
})

describe('VIDEMO_FRAME_ANCESTORS', () => {
  it.each([
    [undefined, ["'self'"]],
    ['', ["'self'"]],
    ["'none'", ["'none'"]],
    ["'self' https://your.page", ["'self'", 'https://your.page']],
    ["'SELF' https:", ["'self'", 'https:']],
  ])('takes %j', (value, expected) => {
    expect(frameAncestors({ VIDEMO_FRAME_ANCESTORS: value })).toEqual(expected)
  })

  it.each([
    ["'self'\n  X-Injected: 1", 'a line break'],
    ["'self'; script-src *", 'a semicolon'],
    ["'unsafe-eval'", 'in quotes'],
    ['self', "needs its quotes: 'self'"],
    ["'none' 'self'", 'stands alone'],
    ['*', 'https: allows every host'],
    ['your.page', 'is it https://your.page?'],
    ['chrome-extension://abc', 'neither https:// nor http://'],
  ])('stops the build at %j', (value, said) => {
    const build = () => contentPolicyFiles({ VIDEMO_FRAME_ANCESTORS: value })
    expect(build).toThrow(said)
    expect(build).toThrow(`as in VIDEMO_FRAME_ANCESTORS="'self' https://your.page"`)
  })
})

describe('the build', () => {
  it('stops where a variable is misspelt, and at no other of this project', () => {
    expect(() => contentPolicyFiles({ VIDEMO_WEIGHT_HOST: 'https:' })).toThrow('Did you mean VIDEMO_WEIGHT_HOSTS?')
    expect(() => contentPolicyFiles({ VIDEMO_FRAME_ANCESTOR: 'https:' })).toThrow(
      'Did you mean VIDEMO_FRAME_ANCESTORS?',
    )
    expect(() => contentPolicyFiles({ VIDEMO_REFERENCE: '/x', VIDEMO_SLOW: '1' })).not.toThrow()
  })

  it('stops where a host would pass over the line for its length', () => {
    const hosts = Array.from({ length: 80 }, (_, index) => `https://weights-${index}.example.org`).join(' ')
    expect(() => contentPolicyFiles({ VIDEMO_WEIGHT_HOSTS: hosts })).toThrow(/would have \d+ characters/)
  })
})
