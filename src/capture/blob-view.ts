/** Bytes [from, from + length) of a file, or fewer at its end. Rejects as `Blob.arrayBuffer`. */
export async function viewAt(file: Blob, from: number, length: number): Promise<DataView> {
  return new DataView(await file.slice(from, from + length).arrayBuffer())
}

/** `length` bytes as text, one character a byte. */
export function latinAt(view: DataView, from: number, length: number): string {
  let text = ''
  for (let at = from; at < Math.min(from + length, view.byteLength); at++)
    text += String.fromCharCode(view.getUint8(at))
  return text
}
