import * as fc from 'fast-check';

/** Well-formed texts, with what JSON, SSE and terminals escape among them. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\u2028\u2029', '\r\n', '\0', '"\\', '\u{1f600}', 'data: x\n\n'),
);

const anyKey = anyText.filter(key => key !== '__proto__');
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => (value === 0 ? 0 : value));

/** Any JSON object that an event may carry. */
export const anyData = fc.letrec<{ value: unknown; data: Record<string, unknown> }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    anyText,
    anyNumber,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('data'),
  ),
  data: fc.dictionary(anyKey, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).data;
