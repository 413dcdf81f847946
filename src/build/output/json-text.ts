/** JSON as every file of a bundle is written: indented by one space, ending in a newline. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`
}
