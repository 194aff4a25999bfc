import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { headStateOf, supersedes } from '../../../../roles/policy/supersede.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';

/** New commits of an open pull request. */
function pushed(head: string, fields: Partial<MeshEvent> = {}, pullRequest: object = {}): MeshEvent {
  const { data, ...event } = pullRequestEvent();
  assert.ok(data.pullRequest);
  const { base } = data.pullRequest;
  const changed = { ...data.pullRequest, state: 'open', base, head: { ref: 'topic', sha: head }, ...pullRequest };
  return {
    ...event,
    type: 'com.github.pull_request.synchronize',
    ...fields,
    data: { pullRequest: changed, ...fields.data },
  };
}

const COUNTS: readonly { id: string; event: MeshEvent; isState: boolean }[] = [
  { id: 'new commits of an open pull request', event: pushed('b'), isState: true },
  {
    id: 'a pull request that was opened',
    event: pushed('b', { type: 'com.github.pull_request.opened' }),
    isState: false,
  },
  { id: 'a label', event: pushed('b', { type: 'com.github.pull_request.labeled' }), isState: false },
  { id: 'new commits of a closed one', event: pushed('b', {}, { state: 'closed' }), isState: false },
  { id: 'a replay somebody asked for', event: pushed('b', { causationid: 'github:1' }), isState: false },
  { id: 'generals somebody chose', event: pushed('b', { data: { asked: { generals: ['x'] } } }), isState: false },
  { id: 'an event without its pull request', event: { ...pushed('b'), data: {} }, isState: false },
];
for (const { id, event, isState } of COUNTS) {
  test(`policy / supersede / ${id} ${isState ? 'is a state' : 'counts by itself'}`, () => {
    assert.equal(headStateOf(event) !== undefined, isState);
  });
}

const PAIRS: readonly { id: string; older: MeshEvent; newer: MeshEvent; isNeedless: boolean }[] = [
  { id: 'a newer head of the same pull request', older: pushed('a'), newer: pushed('b'), isNeedless: true },
  { id: 'the same head', older: pushed('a'), newer: pushed('a'), isNeedless: false },
  { id: 'another pull request', older: pushed('a'), newer: pushed('b', {}, { number: 99 }), isNeedless: false },
  { id: 'another repository', older: pushed('a'), newer: pushed('b', { repository: 'acme/other' }), isNeedless: false },
  {
    id: 'another base',
    older: pushed('a'),
    newer: pushed('b', {}, { base: { ref: 'next', sha: 'c' } }),
    isNeedless: false,
  },
  {
    id: 'a push of somebody less trusted',
    older: pushed('a', { authorassociation: 'MEMBER' }),
    newer: pushed('b', { authorassociation: 'NONE' }),
    isNeedless: false,
  },
  { id: 'a push further from a person', older: pushed('a'), newer: pushed('b', { hops: 1 }), isNeedless: false },
  { id: 'a push nearer to a person', older: pushed('a', { hops: 1 }), newer: pushed('b'), isNeedless: true },
];
for (const { id, older, newer, isNeedless } of PAIRS) {
  test(`policy / supersede / ${id} ${isNeedless ? 'makes the older one needless' : 'does not make it needless'}`, () => {
    const [a, b] = [headStateOf(older), headStateOf(newer)];
    assert.ok(a && b);
    assert.equal(supersedes(b, a), isNeedless);
  });
}
