/** One column: what stands above it, and how it is shown. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly style?: (text: string, row: Row) => string;
}

/**
 * Rows under titles, each column as wide as its longest text; columns that are empty are left out. Lines, without line
 * feeds. Pure. Texts must be harmless already.
 */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  title: (text: string) => string,
): string[] {
  const cells = columns
    .map(column => ({ ...column, texts: rows.map(column.text) }))
    .filter(({ texts }) => rows.length === 0 || texts.some(text => text !== ''))
    .map(column => ({ ...column, width: Math.max(...[column.title, ...column.texts].map(lengthOf)) }));
  const line = (cell: (column: (typeof cells)[number]) => [text: string, shown: string]): string =>
    cells
      .map(column => {
        const [text, shown] = cell(column);
        return shown + ' '.repeat(column.width - lengthOf(text));
      })
      .join('  ')
      .trimEnd();
  return [
    line(column => [column.title, title(column.title)]),
    ...rows.map((row, at) =>
      line(({ texts, style }) => [texts[at]!, style ? style(texts[at]!, row) : texts[at]!]),
    ),
  ];
}

function lengthOf(text: string): number {
  return [...text].length;
}
