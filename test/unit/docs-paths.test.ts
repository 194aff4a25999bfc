import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
/** The table of the source documents' names has a test of its own: its paths are also theirs. */
const OTHERS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md') && name !== 'parity.md');
const DOCUMENTS = ['README.md', ...OTHERS.map((name) => `docs/${name}`)];

/** Paths of this repository that a document names: between backticks, below one of our folders. */
const PATH = /`((?:protocols|roles|daemon|templates|scripts|test|bench|docs|deploy)\/[\w./-]*)`/g;

describe('documents', () => {
  for (const document of DOCUMENTS) {
    it(`docs / paths / every path that ${document} names exists`, () => {
      const named = [...readFileSync(join(ROOT, document), 'utf8').matchAll(PATH)].map((match) => match[1] ?? '');
      assert.deepEqual(
        named.filter((path) => !existsSync(join(ROOT, path))),
        [],
      );
    });
  }
});
