import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matches, requireAllowedHost } from './weight-hosts.ts'

const app = 'https://page.example/videmo/'
const hub = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co']

describe('requireAllowedHost', () => {
  it.each([
    'https://huggingface.co/owner/name/resolve/main/',
    'https://cdn-lfs.huggingface.co/',
    'https://cas-bridge.xethub.hf.co/x',
    'https://us.aws.cdn.hf.co/',
    'https://page.example/models/',
    'models/videmo-tiny/',
  ])('lets through %s', (address) => {
    expect(() => requireAllowedHost(address, app, hub)).not.toThrow()
  })

  it.each([
    'https://example.org/',
    'https://hf.co/',
    'https://hf.co.example.org/',
    'https://evilhf.co/',
    'http://huggingface.co/',
    'https://huggingface.co:8443/',
    'https://page.example:444/models/',
  ])('refuses %s, and says what is allowed and what to do', (address) => {
    expect(() => requireAllowedHost(address, app, hub)).toThrow(
      expect.objectContaining({
        code: 'host-not-allowed',
        message: expect.stringContaining('https://*.hf.co'),
        action: expect.stringContaining('from this machine'),
      }),
    )
  })

  it.each(['http://', 'https://[', 'ftp://example.org/', 'javascript:1'])(
    'says of %s that it is no address',
    (address) => {
      expect(() => requireAllowedHost(address, app, hub)).toThrow(expect.objectContaining({ code: 'bad-url' }))
    },
  )

  it('lets everything through where there is no policy', () => {
    expect(() => requireAllowedHost('https://example.org/', app, undefined)).not.toThrow()
  })
})

describe('matches', () => {
  it('reads schemes and ports as a browser does', () => {
    expect(matches('https:', new URL('https://any.example:99/x'))).toBe(true)
    expect(matches('https:', new URL('http://any.example/'))).toBe(false)
    expect(matches('http://127.0.0.1:*', new URL('http://127.0.0.1:4310/'))).toBe(true)
    expect(matches('http://127.0.0.1:*', new URL('http://127.0.0.2:4310/'))).toBe(false)
    expect(matches('https://a.example:443', new URL('https://a.example/'))).toBe(true)
  })

  it('never takes another host for one of a wildcard', () => {
    const tail = fc.constantFrom('.hf.co', 'hf.co', '.hf.co.example', '.hf.com', '')
    const names = fc.tuple(fc.domain(), tail).map(([name, end]) => `${name}${end}`)
    fc.assert(
      fc.property(
        names,
        fc.constantFrom('', ':443', ':8443'),
        fc.constantFrom('http', 'https'),
        (name, port, scheme) => {
          const expected = name.endsWith('.hf.co') && scheme === 'https' && port !== ':8443'
          expect(matches('https://*.hf.co', new URL(`${scheme}://${name}${port}/x`))).toBe(expected)
        },
      ),
    )
  })
})
