// docs/metrics.md from roles/ports/metrics.ts. With --check nothing is written: it fails where the file differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { METRICS } from '../roles/ports/metrics.ts';
import { renderMetrics } from './render-docs.ts';

const file = resolve(import.meta.dirname, '../docs/metrics.md');
const text = renderMetrics(METRICS);
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/metrics.md differs from roles/ports/metrics.ts: node --import tsx scripts/generate-metrics.ts');
  process.exitCode = 1;
}
