import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TEXT_LIMITS } from '../../../../protocols/event.ts';
import { Clip, CUT_MARK, cutText, TEXT_BUDGET_BYTES } from '../../../../roles/aggregator/clip.ts';

test('aggregator / clip / a text within its limit is kept as it is and not named', () => {
  const clip = new Clip();
  const text = 'x'.repeat(TEXT_LIMITS.title);
  assert.equal(clip.text(text, 'title', 'issue.title'), text);
  assert.deepEqual(clip.truncated, []);
});

test('aggregator / clip / a longer text is cut to its limit, marked, and named once', () => {
  const clip = new Clip();
  for (let i = 0; i < 2; i++) {
    const kept = clip.text('x'.repeat(TEXT_LIMITS.title + 1), 'title', 'issue.title');
    assert.equal(kept, 'x'.repeat(TEXT_LIMITS.title - 1) + CUT_MARK);
  }
  assert.deepEqual(clip.truncated, ['issue.title']);
});

test('aggregator / clip / no cut splits a code point', () => {
  // 🦊 takes two code units, so a limit falls into the middle of one for every other offset.
  for (const lead of ['', 'a', 'ab', 'abc']) {
    const kept = cutText(lead + '🦊'.repeat(50), 40);
    assert.ok(kept.isWellFormed() && kept.endsWith(CUT_MARK) && kept.length <= 40, kept);
    assert.equal(kept.includes('\ufffd'), false);
  }
});

test('aggregator / clip / half a surrogate pair in a payload becomes a replacement character', () => {
  assert.equal(new Clip().text('a\ud83eb', 'title', 'issue.title'), 'a\ufffdb');
});

test('aggregator / clip / what everything takes together stays in the budget, whatever the texts are made of', () => {
  for (const unit of ['x', 'é', '漢', '🦊', '"', '\\', '\n', '\u0000', '\ud800']) {
    const clip = new Clip();
    const kept = Array.from({ length: 20 }, (_, i) => clip.text(unit.repeat(40_000), 'body', `field.${i}`));
    const bytes = Buffer.byteLength(JSON.stringify(kept));
    assert.ok(bytes <= TEXT_BUDGET_BYTES + 100, `${JSON.stringify(unit)} takes ${bytes}`);
    assert.equal(clip.truncated.length, 20);
  }
});

test('aggregator / clip / a list is cut to its limit and named', () => {
  const clip = new Clip();
  const kept = clip.list(Array.from({ length: 9 }).keys().toArray(), 5, 'issue.labels', (i) => i * 2);
  assert.deepEqual(kept, [0, 2, 4, 6, 8]);
  assert.deepEqual(clip.truncated, ['issue.labels']);
});

test('aggregator / clip / a list ends where the budget does', () => {
  const clip = new Clip();
  const kept = clip.list(new Array(1_000_000).fill(0), 1_000_000, 'push.commits', () => 0);
  assert.ok(kept.length * 100 < TEXT_BUDGET_BYTES, `${kept.length} items`);
  assert.deepEqual(clip.truncated, ['push.commits']);
});
