import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApiText } from './openapi/document.ts';

/** Writes docs/openapi.json; with --check it only says whether the committed file is the current one. */
const file = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));
const text = openApiText();

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
  console.log('docs/openapi.json is written.');
} else if (readCommitted() !== text) {
  console.error('docs/openapi.json differs from the contract: run `npm run openapi` and commit the file.');
  process.exitCode = 1;
}

function readCommitted(): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
