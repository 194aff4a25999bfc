import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ERRORS } from '../../../protocols/errors.ts';
import { METRICS } from '../../../roles/ports/metrics.ts';
import { renderErrors, renderMetrics } from '../../../scripts/render-docs.ts';

const pages = [
  { file: 'errors.md', text: renderErrors(ERRORS), script: 'generate-errors', names: Object.keys(ERRORS) },
  { file: 'metrics.md', text: renderMetrics(METRICS), script: 'generate-metrics', names: Object.keys(METRICS) },
];

for (const { file, text, script, names } of pages) {
  test(`scripts / docs / ${file} is what the source says (renew: node --import tsx scripts/${script}.ts)`, () => {
    assert.equal(readFileSync(join(import.meta.dirname, '../../../docs', file), 'utf8'), text);
  });

  test(`scripts / docs / ${file} has one row for each name`, () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
    assert.equal(rows.length, names.length);
    for (const name of names) assert.equal(rows.filter((row) => row.includes(`\`${name}\` |`)).length, 1, name);
  });
}
