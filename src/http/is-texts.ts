/** Whether it is a list of texts, whatever its type says. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}
