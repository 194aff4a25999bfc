// docs/errors.md from protocols/errors.ts. With --check nothing is written: it fails where the file differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ERRORS } from '../protocols/errors.ts';
import { renderErrors } from './render-docs.ts';

const file = resolve(import.meta.dirname, '../docs/errors.md');
const text = renderErrors(ERRORS);
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/errors.md differs from protocols/errors.ts: node --import tsx scripts/generate-errors.ts');
  process.exitCode = 1;
}
