import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isCurrent, sectionOf, withSection } from '../../bench/costs/generated-section.ts';
import { contract } from '../../functions/api/contract.ts';

const document = join(import.meta.dirname, '../../docs/performance.md');

describe('the table of what an operation costs', () => {
  const rows = sectionOf(readFileSync(document, 'utf8'), 'operation costs').split('\n').slice(2);
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const operations = cells.map(([, operation = '']) => operation.replace(/,.*/, ''));

  test('has each operation of the contract once: else npm run costs -- --write', () => {
    expect(operations.toSorted()).toEqual(Object.keys(contract).toSorted());
  });

  test('has a price for each', () => {
    for (const row of cells) expect(Number(row.at(-2))).toBeGreaterThan(1);
  });
});

describe('a generated section', () => {
  const text = 'before\n<!-- generated: sums -->\n\n1\n\n<!-- end of sums -->\nafter\n';

  test('is replaced between its markers, and nothing else', () => {
    expect(withSection(text, 'sums', '2')).toBe(text.replace('1', '2'));
    expect(sectionOf(text, 'sums')).toBe('1');
  });

  test('has to be there', () => {
    expect(() => withSection(text, 'products', '2')).toThrow(RangeError);
    expect(() => isCurrent(document, 'products', '2')).toThrow(RangeError);
  });
});
