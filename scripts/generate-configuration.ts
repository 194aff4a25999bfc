// docs/configuration.md from the schemas of daemon/config. With --check nothing is written: it fails where the file differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderReference } from '../daemon/config/reference.ts';

const file = resolve(import.meta.dirname, '../docs/configuration.md');
const text = renderReference();
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/configuration.md differs from the schemas: node --import tsx scripts/generate-configuration.ts');
  process.exitCode = 1;
}
