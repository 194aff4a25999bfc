import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../golden/cli');

/** Holds a text to its file; `UPDATE=1` renews the file, and the diff shows what changed. */
export function assertGolden(name: string, text: string): void {
  const file = join(FOLDER, name);
  if (process.env.UPDATE === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), `${name} differs; UPDATE=1 renews it`);
}
