/** Compiles the quantization kernel to WebAssembly and embeds it: `npx tsx scripts/build-kernel.ts`. */
import { writeFileSync } from 'node:fs'
import { compileKernel } from './compile-kernel.ts'

writeFileSync(new URL('../src/build/precision/kernel/quantize-wasm.ts', import.meta.url), await compileKernel())
