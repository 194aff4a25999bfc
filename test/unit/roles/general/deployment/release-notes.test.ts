import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Released, releaseNotes } from '../../../../../roles/general/deployment/release-notes.ts';

type Pull = Released['pulls'][number];
const pull = (number: number, title: string, more: Partial<Pull> = {}): Pull => ({
  ...{ number, title, author: 'alice', labels: [], merged: true, mergeSha: `${number}`.repeat(40).slice(0, 40) },
  ...more,
});
const commit = (sha: string, message: string) => ({ sha: sha.padEnd(40, '0'), message, author: 'bob' });
const notes = (of: Partial<Released>) => releaseNotes({ pulls: [], commits: [], cut: false, ...of });

test('general / release notes / a change is told where people look for it', () => {
  const cases: { id: string; pull: Pull; section: string; line: string }[] = [
    { id: 'by its type', pull: pull(7, 'feat(api): Add paging'), section: 'Features', line: 'Add paging' },
    { id: 'a fix', pull: pull(7, 'fix: No crash'), section: 'Fixes', line: 'No crash' },
    {
      id: 'by its label',
      pull: pull(7, 'Add paging', { labels: ['enhancement'] }),
      section: 'Features',
      line: 'Add paging',
    },
    { id: 'a bug label', pull: pull(7, 'No crash', { labels: ['kind/bug'] }), section: 'Fixes', line: 'No crash' },
    {
      id: 'the type before the label',
      pull: pull(7, 'docs: How', { labels: ['bug'] }),
      section: 'Documentation',
      line: 'How',
    },
    { id: 'a bang breaks', pull: pull(7, 'feat!: Drop v1'), section: 'Breaking changes', line: 'Drop v1' },
    {
      id: 'so does a label',
      pull: pull(7, 'fix: Stricter', { labels: ['breaking-change'] }),
      section: 'Breaking changes',
      line: 'Stricter',
    },
    { id: 'a chore', pull: pull(7, 'chore: Tidy'), section: 'Other changes', line: 'Tidy' },
    { id: 'no type at all', pull: pull(7, 'Note: this'), section: 'Other changes', line: 'Note: this' },
  ];
  for (const { id, pull: only, section, line } of cases) {
    assert.equal(notes({ pulls: [only] }), `### ${section}\n- ${line} (#7, \`alice\`)`, id);
  }
});

test('general / release notes / commits without a pull request are told, merges and those of pull requests are not', () => {
  const text = notes({
    pulls: [pull(2, 'feat: Two'), pull(1, 'feat: One'), pull(3, 'feat: Open', { merged: false })],
    commits: [
      commit('a1', 'Merge pull request #1 from acme/x'),
      commit('b2', 'feat: One, of its own'),
      commit('c3', 'Direct\n\nBREAKING CHANGE: all'),
      { sha: pull(2, '').mergeSha ?? '', message: 'feat: Two (#2)', author: 'alice' },
    ],
    known: new Set([commit('b2', '').sha]),
  });
  assert.equal(
    text,
    '### Breaking changes\n- Direct (`c300000`, `bob`)\n\n### Features\n- One (#1, `alice`)\n- Two (#2, `alice`)',
  );
});

test('general / release notes / nothing is nothing; very much is cut, and it says so', () => {
  assert.equal(notes({}), '');
  const many = Array.from({ length: 130 }, (_, i) => pull(i + 1, `feat: F${i}`));
  assert.match(notes({ pulls: many, cut: true }), /\n\nand 30 more changes\.\n\nMore went out than was read\.$/);
});

test('general / release notes / titles are only text', () => {
  const text = notes({ pulls: [pull(1, 'feat: @bob <b> #9 [x](https://evil.example)')] });
  assert.doesNotMatch(text, /@bob|<b>|#9|\]\(/);
});
