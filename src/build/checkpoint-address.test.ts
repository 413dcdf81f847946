import fc from 'fast-check'
import { expect, it } from 'vitest'
import { VidemoError } from '../errors.ts'
import { checkpointAddress, checkpointName } from './checkpoint-address.ts'

it.each([
  ['KlingTeam/VidEmo-3B', 'https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/', 'VidEmo-3B'],
  [
    ' https://huggingface.co/KlingTeam/VidEmo-3B ',
    'https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/',
    'VidEmo-3B',
  ],
  ['https://huggingface.co/a/b/tree/v1.0', 'https://huggingface.co/a/b/resolve/v1.0/', 'b'],
  ['https://huggingface.co/a/b/blob/main/config.json', 'https://huggingface.co/a/b/resolve/main/', 'b'],
  ['http://127.0.0.1:8080/models/tiny', 'http://127.0.0.1:8080/models/tiny/', 'tiny'],
  ['https://example.org/m/config.json?download=true#x', 'https://example.org/m/', 'm'],
  ['https://example.org', 'https://example.org/', 'example.org'],
])('%s is read as an address', (given, address, name) => {
  expect(checkpointAddress(given)).toBe(address)
  expect(checkpointName(address)).toBe(name)
})

it.each(['', 'VidEmo', 'file:///etc/', 'javascript:alert(1)', 'https://huggingface.co/models', '../a', 'a/../b'])(
  '“%s” is none',
  (given) => {
    expect(() => checkpointAddress(given)).toThrow(expect.objectContaining({ code: 'bad-address' }))
  },
)

it('gives a web address of a folder, or an error of its own, for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true })), (given) => {
      try {
        const address = checkpointAddress(given)
        expect(address).toMatch(/^https?:\/\/.*\/$/)
        expect(checkpointName(address)).not.toBe('')
      } catch (error) {
        expect(error).toBeInstanceOf(VidemoError)
      }
    }),
    { numRuns: 100 },
  )
})
