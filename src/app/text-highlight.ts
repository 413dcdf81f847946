import type { StageId } from '../affect/stages.ts'
import type { TextSpan } from '../affect/tree.ts'

/** Where each stage's text stands on the page; the spans of a tree count its characters. */
const texts = new Map<StageId, HTMLElement>()

/** Registers the element that shows a stage's text; the returned function removes it. */
export function registerText(stage: StageId, element: HTMLElement): () => void {
  texts.set(stage, element)
  return () => {
    if (texts.get(stage) === element) texts.delete(stage)
  }
}

/** Marks words of the answers (`::highlight(pointed)`); does nothing in browsers without the Highlight API. */
export function highlightSpans(spans: readonly TextSpan[]): void {
  if (typeof Highlight === 'undefined' || !('highlights' in CSS)) return
  const ranges = spans.flatMap((span) => {
    const element = texts.get(span.stage)
    const range = element && rangeOf(element, span)
    return range ? [range] : []
  })
  if (ranges.length === 0) CSS.highlights.delete('pointed')
  else CSS.highlights.set('pointed', new Highlight(...ranges))
}

/** Streamed text consists of many text nodes, one for each animation frame. */
function rangeOf(element: HTMLElement, { from, to }: TextSpan): Range | undefined {
  const range = document.createRange()
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  let at = 0
  let hasStart = false
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0
    if (!hasStart && from < at + length) {
      range.setStart(node, from - at)
      hasStart = true
    }
    if (hasStart && to <= at + length) {
      range.setEnd(node, to - at)
      return range
    }
    at += length
  }
  return undefined
}
