import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Association, MeshEvent, Trust } from '../../../../protocols/event.ts';
import { trustOf } from '../../../../roles/policy/trust.ts';

const OF_A_USER: Readonly<Record<Association, Trust>> = {
  OWNER: 'owner',
  MEMBER: 'member',
  COLLABORATOR: 'collaborator',
  CONTRIBUTOR: 'stranger',
  FIRST_TIME_CONTRIBUTOR: 'stranger',
  FIRST_TIMER: 'stranger',
  MANNEQUIN: 'stranger',
  NONE: 'stranger',
  UNKNOWN: 'stranger',
};

for (const authorassociation of Object.keys(OF_A_USER) as Association[]) {
  test(`policy / trust / a user who is ${authorassociation} counts as ${OF_A_USER[authorassociation]}`, () => {
    assert.equal(trustOf({ authorassociation, actortype: 'user' }), OF_A_USER[authorassociation]);
  });
}

const ACTORS: readonly (readonly [MeshEvent['actortype'], Trust])[] = [
  ['bot', 'bot'],
  ['organization', 'owner'],
  ['unknown', 'owner'],
];
for (const [actortype, trust] of ACTORS) {
  test(`policy / trust / an OWNER of actor type ${actortype} counts as ${trust}`, () => {
    assert.equal(trustOf({ authorassociation: 'OWNER', actortype }), trust);
  });
}

const WRITERS: readonly (readonly [type: string, trust: Trust])[] = [
  ['com.github.push', 'collaborator'],
  ['com.github.deployment_status.created', 'collaborator'],
  ['com.github.release.published', 'collaborator'],
  ['com.github.deployment_review.requested', 'stranger'],
  ['com.github.check_suite.completed', 'stranger'],
  ['com.github.issues.opened', 'stranger'],
];
for (const [type, trust] of WRITERS) {
  test(`policy / trust / who did ${type}, and nobody says what they are, counts as ${trust}`, () => {
    assert.equal(trustOf({ authorassociation: 'UNKNOWN', actortype: 'user', type }), trust);
    assert.equal(trustOf({ authorassociation: 'UNKNOWN', actortype: 'bot', type }), 'bot');
    assert.equal(trustOf({ authorassociation: 'NONE', actortype: 'user', type }), 'stranger');
  });
}
