import { readFileSync, writeFileSync } from 'node:fs';

const start = (name: string) => `<!-- generated: ${name} -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

/**
 * A document with another text between two markers.
 *
 * @throws {RangeError} where the document has no such markers
 */
export function withSection(document: string, name: string, text: string): string {
  const { from, to } = boundsOf(document, name);
  return `${document.slice(0, from)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}

/** What a document has between two markers. @throws {RangeError} as above */
export function sectionOf(document: string, name: string): string {
  const { from, to } = boundsOf(document, name);
  return document.slice(from, to).trim();
}

function boundsOf(document: string, name: string): { from: number; to: number } {
  const [begin, to] = [document.indexOf(start(name)), document.indexOf(end(name))];
  if (begin < 0 || to < begin) throw new RangeError(`there is no section "${name}" between markers`);
  return { from: begin + start(name).length, to };
}

/** @returns whether the file had another text there */
export function writeSection(file: string, name: string, text: string): boolean {
  const before = readFileSync(file, 'utf8');
  const after = withSection(before, name, text);
  if (after !== before) writeFileSync(file, after);
  return after !== before;
}

/** Whether the file has that text there. */
export function isCurrent(file: string, name: string, text: string): boolean {
  const document = readFileSync(file, 'utf8');
  return withSection(document, name, text) === document;
}

/** A table in Markdown: first column left, the others right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
