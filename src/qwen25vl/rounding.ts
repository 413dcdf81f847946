/**
 * Rounds to the nearest integer, ties to the even one, as Python's `round` and `torch.round` do. `Math.round` sends
 * every tie upwards instead, which changes frame sizes (`smart_resize`) and pixels.
 */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
