/**
 * What was given where an address was expected, for a message: without what may be credentials, which is everything up to
 * the last `@` and behind a `?`. Pure.
 */
export function shownAddress(text: string): string {
  const sign = text.lastIndexOf('@');
  const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const bare = sign < 0 ? text : `${scheme}…${text.slice(sign)}`;
  return JSON.stringify(bare.replace(/\?[^]*$/, '?…').slice(0, 200));
}
