import type { SourceRange } from './source.ts'

/** Bytes [begin, end) of a piece that one of the ranges needs. */
export interface PieceUse {
  /** Which of the ranges, counted in the order in which they are read. */
  readonly range: number
  readonly begin: number
  readonly end: number
}

/** Bytes [begin, end) of a file that are asked for at once. */
export interface PlannedPiece {
  readonly file: string
  readonly begin: number
  readonly end: number
  /** In the order in which they are read. */
  readonly uses: readonly PieceUse[]
}

export interface PieceLimits {
  /** The most bytes asked for at a time. */
  readonly pieceBytes: number
  /** Neighbors in the file belong to one piece if no more than so many bytes are read between their first uses. */
  readonly reachBytes: number
}

interface Part {
  readonly begin: number
  readonly end: number
  readonly uses: readonly PieceUse[]
  /** Bytes that are read before its first one. */
  readonly firstUse: number
}

/**
 * Cuts what will be read into requests: each byte of a file belongs to one piece, however often it is read. A tensor
 * larger than a piece is cut into equal parts; small neighbors in the file share a piece if they are used soon after
 * each other, so that none is held for long. Bytes that nobody reads are in no piece.
 */
export function planPieces(ranges: readonly SourceRange[], limits: PieceLimits): PlannedPiece[] {
  const byFile = new Map<string, PlacedRange[]>()
  let read = 0
  for (const [index, range] of ranges.entries()) {
    const ofFile = byFile.get(range.file) ?? []
    byFile.set(range.file, ofFile)
    ofFile.push({ ...range, index, firstUse: read })
    read += range.end - range.begin
  }
  return [...byFile].flatMap(([file, ofFile]) =>
    merged(cut(ofFile, limits.pieceBytes), limits).map(({ begin, end, uses }) => ({ file, begin, end, uses })),
  )
}

type PlacedRange = SourceRange & { readonly index: number; readonly firstUse: number }

/** In the order of the file. Ranges may overlap: wherever one begins or ends, so does a part. */
function cut(ranges: readonly PlacedRange[], pieceBytes: number): Part[] {
  const bounds = [...new Set(ranges.flatMap(({ begin, end }) => [begin, end]))].sort((a, b) => a - b)
  const place = new Map(bounds.map((bound, index) => [bound, index]))
  const usersOf = bounds.map((): PlacedRange[] => [])
  for (const range of ranges) {
    const last = place.get(range.end) ?? 0
    for (let i = place.get(range.begin) ?? 0; i < last; i++) usersOf[i].push(range)
  }
  const parts: Part[] = []
  for (const [index, users] of usersOf.entries()) {
    if (users.length === 0) continue
    const [from, to] = [bounds[index], bounds[index + 1]]
    const count = Math.ceil((to - from) / pieceBytes)
    for (let i = 0; i < count; i++) {
      const begin = from + Math.floor(((to - from) * i) / count)
      const end = from + Math.floor(((to - from) * (i + 1)) / count)
      const uses = users.map((range) => ({ range: range.index, begin, end }))
      parts.push({ begin, end, uses, firstUse: users[0].firstUse + begin - users[0].begin })
    }
  }
  return parts
}

function merged(parts: readonly Part[], { pieceBytes, reachBytes }: PieceLimits): Part[] {
  const pieces: Part[] = []
  let open: Part[] = []
  const close = () => {
    const [first] = open
    if (!first) return
    const uses = open.flatMap(({ uses }) => uses).sort((a, b) => a.range - b.range || a.begin - b.begin)
    pieces.push({ ...first, end: open[open.length - 1].end, uses })
    open = []
  }
  for (const part of parts) {
    const [first] = open
    const firstUses = [...open, part].map(({ firstUse }) => firstUse)
    const isOne =
      first !== undefined &&
      open[open.length - 1].end === part.begin &&
      part.end - first.begin <= pieceBytes &&
      Math.max(...firstUses) - Math.min(...firstUses) <= reachBytes
    if (!isOne) close()
    open.push(part)
  }
  close()
  return pieces
}
