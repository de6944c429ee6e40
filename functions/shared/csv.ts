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

export const csvType = 'text/csv; charset=utf-8; header=present';
