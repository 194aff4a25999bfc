import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Compares a value with `test/golden/<name>.json`; with `UPDATE=1` in the environment it is written instead. */
export function assertGolden(name: string, value: unknown): void {
  const file = join(import.meta.dirname, '../golden', `${name}.json`);
  if (process.env.UPDATE === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
  }
  // Through JSON both, so that an absent field and an undefined one are the same.
  assert.deepEqual(
    JSON.parse(JSON.stringify(value)),
    JSON.parse(readFileSync(file, 'utf8')),
    `UPDATE=1 renews ${file}`,
  );
}
