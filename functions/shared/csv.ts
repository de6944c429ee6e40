/**
 * What a spreadsheet takes for a formula when a cell begins with it, the full-width forms included.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** One cell: text that would be a formula gets an apostrophe in front, and quotes where RFC 4180 needs them. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line, with its line break. */
export const csvLine = (values: readonly (string | number | undefined)[]): string => `${values.map(cell).join()}\r\n`;

const csvType = 'text/csv; charset=utf-8; header=present';

interface CsvFile {
  /** Each with its line break, the one with the names of the columns first. */
  readonly lines: readonly string[];
  /** Without its ending. */
  readonly name: string;
  /** Where the answer is cut: the path and the query that lead to the rest. */
  readonly next?: { readonly path: string; readonly query: Readonly<Record<string, string | undefined>> } | undefined;
}

/** An answer to be saved as a file. Where it is cut, the header Link leads to the rest. */
export function csvAnswer({ lines, name, next }: CsvFile) {
  const set = Object.entries(next?.query ?? {}).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, value]],
  );
  return {
    status: 200 as const,
    body: lines.join(''),
    headers: {
      'content-type': csvType,
      'content-disposition': `attachment; filename="${name}.csv"`,
      vary: 'accept',
      ...(next && { link: `<${next.path}?${new URLSearchParams(set)}>; rel="next"` }),
    },
  };
}
