/**
 * Characters that turn the direction of what follows, or end a line: in a name they are at best an accident and at worst
 * a disguise (`gpj.exe` for `exe.jpg`).
 */
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/** A name as it is shown or spoken: in the order in which it was written. */
export function shownName(name: string): string {
  return name.replace(turning, '').replace(control, ' ').trim()
}

/** Letters of scripts that are written from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const [isolate, popIsolate] = ['\u2068', '\u2069']

/** A name for use within a sentence of plain text, isolated so that it does not change the sentence's direction. */
export function isolatedName(name: string): string {
  const shown = shownName(name)
  return rightToLeft.test(shown) ? `${isolate}${shown}${popIsolate}` : shown
}
