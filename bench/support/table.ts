import Table from 'cli-table3';

/** A table for the terminal: first column left, the others right. Without colours where nobody looks. */
export function tableText(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
    style: process.stdout.isTTY ? { head: ['bold'], border: ['grey'], compact: true } : plain,
  });
  table.push(...rows.map((row) => row.map(String)));
  return table.toString();
}

const plain = { head: [], border: [], compact: true };

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}
