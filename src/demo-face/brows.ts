import { css } from './palette.ts'
import type { Portrait } from './portrait.ts'

/** Drawn over hair and hat, so that they are always seen. */
export function drawBrows(portrait: Portrait): void {
  for (const side of [-1, 1]) drawBrow(portrait, side)
}

function drawBrow({ brush, palette, looks, units }: Portrait, side: number): void {
  const { AU1, AU2, AU4, AU6, AU7 } = units
  const arched = looks.browShape === 'arched' ? 1 : 0
  const bushy = looks.browShape === 'bushy' ? 1 : 0
  const flat = looks.isMale ? 1 : 0
  const thick = 4.2 + 0.9 * flat + 3.6 * bushy - 0.7 * arched
  const down = 1.2 * (AU6 + AU7)
  const inX = 16 - 8 * AU4
  const inY = -57 + 1 * flat - 20 * AU1 + 15 * AU4 * (1 - 0.75 * AU1) + 4 * arched + down
  const midX = 44 + 4 * arched - 3 * AU4
  const midY = -65 + 3 * flat - 11 * arched - 8 * AU1 - 12 * AU2 + 11 * AU4 * (1 - 0.6 * AU1) + down
  const outX = 70 - 2 * AU4
  const outY = -55 + 1 * flat - 20 * AU2 + 3 * AU1 + 4 * AU4 + 2 * arched + down
  const between = (inY + midY) / 2
  const s = side
  brush.trace(
    [s * (inX - 1), inY + thick],
    [
      [s * (inX - 3), inY - thick * 0.6],
      [s * (inX + 2), inY - thick],
    ],
    [
      [s * (inX + 14), between - thick * 1.15 - 2],
      [s * (midX - 8), midY - thick],
      [s * midX, midY - thick],
    ],
    [
      [s * (midX + 12), midY - thick],
      [s * (outX - 8), (midY + outY) / 2 - thick * 0.5 - 3],
      [s * outX, outY],
    ],
    [
      [s * (outX - 10), (midY + outY) / 2 + thick * 0.6],
      [s * (midX + 10), midY + thick * 0.9],
      [s * midX, midY + thick * 0.9],
    ],
    [
      [s * (midX - 10), midY + thick],
      [s * (inX + 12), between + thick * 1.1 - 1],
      [s * (inX - 1), inY + thick],
    ],
  )
  // a rim of skin, lest the brow be lost in dark hair
  if (looks.hasBangs) brush.stroke(css(palette.skin), 6)
  brush.fill(css(palette.brow))
  if (!bushy) return
  const { ctx } = brush
  ctx.beginPath()
  for (let i = 0; i < 11; i++) {
    const share = i / 10
    const x = inX + (outX - inX - 8) * share
    const y = share < 0.5 ? inY + (midY - inY) * share * 2 : midY + (outY - midY) * (share * 2 - 1)
    const lean = 3 + 5 * share
    brush.add([s * x, y], [[s * (x + lean), y - thick - 4 + 4 * share]])
    brush.add([s * x, y], [[s * (x + lean + 2), y + thick + 2 - 2 * share]])
  }
  brush.stroke(css(palette.brow), 2)
}
