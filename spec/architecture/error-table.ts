/** One row of docs/reference/errors.md. */
export interface ErrorRow {
  readonly code: string;
  readonly says: string;
  readonly retryable: boolean;
  readonly advice: string;
}

type Codes = Readonly<Record<string, { readonly retryable: boolean; readonly says: string }>>;

/** The rows whose first cell is a code; a document may have several tables. */
export function errorRows(markdown: string): ErrorRow[] {
  return [...markdown.matchAll(/^\| `([A-Z_]+)` *\| (.+?) *\| (yes|no) *\| (.*?) *\|$/gm)].map(
    ([, code = '', says = '', retryable, advice = '']) => ({
      code,
      says,
      retryable: retryable === 'yes',
      advice,
    }),
  );
}

/** Where the table and the codes differ, in both directions. */
export function errorTableFindings(rows: readonly ErrorRow[], codes: Codes): string[] {
  const listed = new Map(rows.map(row => [row.code, row]));
  const missing = Object.keys(codes).filter(code => !listed.has(code));
  return [
    ...missing.map(code => `docs/reference/errors.md has no row for ${code}.`),
    ...rows.flatMap(row => rowFindings(row, codes[row.code])),
    ...(rows.length > listed.size ? ['docs/reference/errors.md lists a code twice.'] : []),
  ];
}

function rowFindings(
  { code, says, retryable, advice }: ErrorRow,
  known: Codes[string] | undefined,
): string[] {
  if (known === undefined) return [`docs/reference/errors.md lists ${code}, which no code of Sluice is.`];
  return [
    ...(says === known.says ? [] : [`${code}: the table says "${says}", the code "${known.says}".`]),
    ...(retryable === known.retryable ? [] : [`${code}: table and code differ in retryable.`]),
    ...(advice === '' ? [`${code}: the table does not say what to do.`] : []),
  ];
}
