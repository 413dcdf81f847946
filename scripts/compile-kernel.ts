import { readFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

const entry = new URL('../src/build/precision/kernel/assembly/quantize.ts', import.meta.url)

/** The text of `src/build/precision/kernel/quantize-wasm.ts` for the kernel's present source. Throws with the compiler's words. */
export async function compileKernel(): Promise<string> {
  const source = await readFile(entry, 'utf8')
  const binaries: Uint8Array[] = []
  const { error, stderr } = await asc.main(
    ['quantize.ts', '--outFile', 'quantize.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
    {
      readFile: (name) => (name === 'quantize.ts' ? source : null),
      writeFile: (name, contents) => {
        if (name === 'quantize.wasm' && typeof contents !== 'string') binaries.push(contents)
      },
      listFiles: () => [],
    },
  )
  const [binary] = binaries
  if (error || !binary) throw new Error(stderr.toString(), { cause: error })
  const base64 = Buffer.from(binary).toString('base64')
  const lines = base64.match(/.{1,116}/g) ?? []
  return `// Made by scripts/build-kernel.ts from assembly/quantize.ts; do not edit.\nexport const kernelBase64 = [\n${lines
    .map((line) => `  '${line}',\n`)
    .join('')}].join('')\n`
}
