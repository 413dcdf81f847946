/**
 * Whether WebAssembly asked for more memory in this thread, last of all in vain. ONNX Runtime does not always notice:
 * it goes on with what it has not got, and traps somewhere else ("index out of bounds", "bad Table get address").
 */
export interface MemoryGrowth {
  readonly isRefused: () => boolean
}

/** Watches from now on, for ONNX Runtime keeps its memory to itself. */
export function watchMemoryGrowth(prototype: WebAssembly.Memory = WebAssembly.Memory.prototype): MemoryGrowth {
  const { grow } = prototype
  let isRefused = false
  prototype.grow = function (pages) {
    isRefused = true
    const before = grow.call(this, pages)
    isRefused = false
    return before
  }
  return { isRefused: () => isRefused }
}
