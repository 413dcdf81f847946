/** Draws the icons of the installed app from public/icon.svg: `npx tsx scripts/icons.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createCanvas, loadImage } from '@napi-rs/canvas'

const folder = fileURLToPath(new URL('../public', import.meta.url))
const svg = readFileSync(`${folder}/icon.svg`, 'utf8')
const ground = /<rect[^>]*fill="(#\w+)"/.exec(svg)?.[1]
if (!ground) throw new Error('icon.svg has no ground')

for (const size of [192, 512]) await draw(`icon-${size}.png`, size, 1)
// Systems cut a maskable icon to shapes of their own; a circle of 80 % is always kept.
await draw('icon-maskable-512.png', 512, 0.8)

async function draw(name: string, size: number, share: number): Promise<void> {
  const canvas = createCanvas(size, size)
  const context = canvas.getContext('2d')
  if (share < 1) {
    context.fillStyle = ground ?? ''
    context.fillRect(0, 0, size, size)
  }
  const side = size * share
  // Drawn at its final size: an image of 32 pixels would be blown up.
  const sized = svg.replace('<svg ', `<svg width="${side}" height="${side}" `)
  const edge = (size - side) / 2
  context.drawImage(await loadImage(Buffer.from(sized)), edge, edge, side, side)
  writeFileSync(`${folder}/${name}`, canvas.toBuffer('image/png'))
}
