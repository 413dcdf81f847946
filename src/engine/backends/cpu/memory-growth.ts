/**
 * Whether the last attempt of WebAssembly in this thread to grow its memory was refused. ONNX Runtime does not always
 * notice a refusal: it continues with memory that it does not have, and traps somewhere else ("index out of bounds", "bad
 * Table get address").
 */
export interface MemoryGrowth {
  readonly isRefused: () => boolean
}

/** Begins to watch. It replaces `grow` of all memories, because ONNX Runtime does not expose its own. */
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
