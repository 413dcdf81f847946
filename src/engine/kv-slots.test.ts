import { describe, expect, it } from 'vitest'
import { KvSlots } from './kv-slots.ts'

describe('KvSlots', () => {
  it('sets the id of a queued step when it is known', async () => {
    const slots = new KvSlots(4)
    expect(slots.append([7, 8])).toBe(0)
    const id = Promise.resolve(9)
    expect(slots.appendLater(id)).toBe(2)
    expect([slots.used, slots.ids.length]).toEqual([3, 2])
    await id
    expect(slots.ids).toEqual([7, 8, 9])
  })

  it('drops an id that becomes known after its slot was rolled back and taken again', async () => {
    const slots = new KvSlots(4)
    slots.append([7])
    let resolve: (id: number) => void = () => undefined
    const late = new Promise<number>((done) => {
      resolve = done
    })
    slots.appendLater(late)
    slots.rollback(1)
    slots.append([5])
    resolve(9)
    await late
    expect(slots.ids).toEqual([7, 5])
  })

  it('takes nothing where not everything fits', () => {
    const slots = new KvSlots(2)
    slots.append([1])
    expect(() => slots.append([2, 3])).toThrowError(
      expect.objectContaining({ code: 'context-full', recoverable: true }),
    )
    expect([slots.used, slots.ids]).toEqual([1, [1]])
    slots.append([2])
    expect(() => slots.appendLater(Promise.resolve(3))).toThrowError(expect.objectContaining({ code: 'context-full' }))
  })
})
