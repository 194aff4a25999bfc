import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EFFECT_CLASSES } from '../../roles/ports/effects.ts';

test('docs / delivery / names the class of every kind of effect, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/delivery.md'), 'utf8');
  const told = [...text.matchAll(/^\| `([a-z-]+)` \| (exact|converging) \|/gm)].map(([, kind, told]) => [kind, told]);
  assert.deepEqual(Object.fromEntries(told), EFFECT_CLASSES);
});
