import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Candidate,
  preferConnection,
  SIMULTANEOUS_MS,
  surplusConnections,
} from '../../../../daemon/mesh/prefer-connection.ts';

interface Named extends Candidate {
  readonly id: string;
}

const inbound = (id: string, openedAt: number): Named => ({ id, openedAt, direction: 'inbound' });
const outbound = (id: string, openedAt: number): Named => ({ id, openedAt, direction: 'outbound' });
const LATER = 1_000 + SIMULTANEOUS_MS + 1;

const CASES: readonly {
  readonly id: string;
  readonly candidates: readonly Named[];
  readonly smaller: boolean;
  readonly kept: string | undefined;
  readonly surplus: readonly string[];
}[] = [
  { id: 'none', candidates: [], smaller: true, kept: undefined, surplus: [] },
  { id: 'one', candidates: [inbound('a', 1_000)], smaller: true, kept: 'a', surplus: [] },
  {
    id: 'at once, we are smaller',
    candidates: [inbound('a', 1_000), outbound('b', 1_010)],
    smaller: true,
    kept: 'b',
    surplus: ['a'],
  },
  {
    id: 'at once, ours came first',
    candidates: [outbound('a', 1_000), inbound('b', 1_010)],
    smaller: true,
    kept: 'a',
    surplus: ['b'],
  },
  {
    id: 'at once, we are larger: the other decides',
    candidates: [inbound('a', 1_000), outbound('b', 1_010)],
    smaller: false,
    kept: 'a',
    surplus: [],
  },
  {
    id: 'twice by the same side: the newest',
    candidates: [outbound('a', 1_000), outbound('b', 1_010)],
    smaller: true,
    kept: 'b',
    surplus: ['a'],
  },
  {
    id: 'twice by the larger side, and we are larger: the older one goes',
    candidates: [outbound('a', 1_000), outbound('b', 1_010)],
    smaller: false,
    kept: 'b',
    surplus: ['a'],
  },
  {
    id: 'stale, we are smaller',
    candidates: [outbound('a', 1_000), inbound('b', LATER)],
    smaller: true,
    kept: 'b',
    surplus: ['a'],
  },
  {
    id: 'stale, we are larger: it is closed all the same',
    candidates: [inbound('a', 1_000), outbound('b', LATER)],
    smaller: false,
    kept: 'b',
    surplus: ['a'],
  },
];

for (const { id, candidates, smaller, kept, surplus } of CASES) {
  test(`mesh / prefer connection / ${id}`, () => {
    assert.equal(preferConnection(candidates, smaller)?.id, kept);
    assert.deepEqual(
      surplusConnections(candidates, smaller).map((one) => one.id),
      surplus,
    );
  });
}

test('mesh / prefer connection / both sides keep the same one, in whatever order they saw them open', () => {
  for (const [first, second] of [
    [0, 30],
    [30, 0],
  ] as const) {
    const mine = preferConnection([outbound('by smaller', first), inbound('by larger', second)], true);
    const theirs = preferConnection([inbound('by smaller', second), outbound('by larger', first)], false);
    assert.equal(mine?.id, theirs?.id);
  }
});
