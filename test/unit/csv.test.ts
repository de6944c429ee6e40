import { describe, expect, test } from 'vitest';
import { prefers } from '../../functions/shared/accept.ts';
import { csvLine } from '../../functions/shared/csv.ts';

describe('a line of CSV', () => {
  test.each([
    [['plain', 42, undefined, 'end'], 'plain,42,,end\r\n'],
    [['a "quoted" word', 'a, b', 'two\nlines', 'cr\rlf'], '"a ""quoted"" word","a, b","two\nlines","cr\rlf"\r\n'],
    [['=1+1', '+49 40', '-x', '@SUM(A1)'], "'=1+1,'+49 40,'-x,'@SUM(A1)\r\n"],
    [['\t=1', '\r=1', '＝1', '＠x'], "'\t=1,\"'\r=1\",'＝1,'＠x\r\n"],
    [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"\r\n'],
    [['a=1', '5-6', 'Zürich – 7'], 'a=1,5-6,Zürich – 7\r\n'],
  ])('%j', (values, line) => {
    expect(csvLine(values)).toBe(line);
  });
});

describe('a client prefers CSV to JSON', () => {
  test.each([
    ['text/csv', true],
    ['text/csv, */*;q=0.1', true],
    ['text/csv;header=present, application/json;q=0.9', true],
    ['TEXT/CSV', true],
    ['text/*, application/json;q=0.5', true],
    [undefined, false],
    ['', false],
    ['*/*', false],
    ['application/json', false],
    ['application/json, text/csv', false],
    ['text/csv;q=0.5, application/json', false],
    ['text/csv;q=0', false],
    ['text/csv;q=nonsense, application/json;q=0.1', false],
    ['text/html, application/xhtml+xml, */*;q=0.8', false],
  ])('%j: %s', (accept, wanted) => {
    expect(prefers(accept, 'text/csv', 'application/json')).toBe(wanted);
  });
});
