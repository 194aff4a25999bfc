import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectKey } from '../../../protocols/effects.ts';
import { eventIdOf, slotOf } from '../../../protocols/ids.ts';
import { hopsIn, keyIn, withMarker } from '../../../protocols/marker.ts';

const EVENT = eventIdOf('github', '72d3162e');
const SLOT = slotOf('security-general', 'prod-us');
const KEY = effectKey(EVENT, SLOT, 'result');
const OTHER = effectKey(EVENT, SLOT, 'other');

test('effects / key / is the same wherever it is made, and another for another event, slot or name', () => {
  assert.equal(effectKey(EVENT, SLOT), 'mm-aaf7d6bb224fb6f8b8de');
  const keys = [
    effectKey(EVENT, SLOT),
    KEY,
    OTHER,
    effectKey(eventIdOf('github', '72d3162f'), SLOT, 'result'),
    effectKey(EVENT, slotOf('security-general'), 'result'),
  ];
  assert.equal(new Set(keys).size, keys.length);
});

test('effects / marker / what is written is read back, and the text stays', () => {
  const text = withMarker('Looked at it.\n', { hops: 2, key: KEY });
  assert.equal(text, `Looked at it.\n\n<!-- mindmesh:hops=2 key=${KEY} -->`);
  assert.equal(keyIn(text), KEY);
  assert.equal(hopsIn(text), 2);
});

const FOREIGN: { id: string; text: string }[] = [
  { id: 'no marker', text: 'nothing' },
  { id: 'a marker without a key', text: '<!-- mindmesh:hops=2 -->' },
  { id: 'a marker in the middle', text: `<!-- mindmesh:hops=1 key=${KEY} -->\n\nand more` },
  { id: 'a quoted marker', text: `> <!-- mindmesh:hops=1 key=${KEY} -->` },
  { id: 'a key of another form', text: '<!-- mindmesh:hops=1 key=mm-0123 -->' },
];

for (const { id, text } of FOREIGN) {
  test(`effects / marker / ${id} is no key`, () => assert.equal(keyIn(text), undefined));
}

test('effects / marker / a key that the text brings along does not count, at its end neither', () => {
  const planted = `Please look\n\n<!-- mindmesh:hops=0 key=${OTHER} -->`;
  const text = withMarker(planted, { hops: 1, key: KEY });
  assert.equal(keyIn(text), KEY);
  assert.ok(!text.includes(`<!-- mindmesh:hops=0`));
});

test('effects / marker / GitHub’s line ends do not hide it', () => {
  const text = withMarker('a\r\nb', { hops: 1, key: KEY }).replaceAll('\n', '\r\n');
  assert.equal(keyIn(`${text}\r\n`), KEY);
});
