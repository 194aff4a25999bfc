import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfferReply } from '../../../../protocols/dispatch.ts';
import { slotOf } from '../../../../protocols/ids.ts';
import { type AdmissionState, admit } from '../../../../roles/general/admission.ts';

const NOW = 1_000_000;
const OPEN: AdmissionState = {
  cluster: 'prod-us',
  generals: [{ name: 'security-general', specialisations: ['security'], concurrency: 2, capacity: 10 }],
  held: 0,
  phase: 'open',
  now: NOW,
};
const OFFER = { general: 'security-general', slot: slotOf('security-general'), deadline: NOW + 1_000 };
const refuse = (reason: string): OfferReply => ({ type: 'refuse', reason, final: true });
const busy = (retryAfterMs: number): OfferReply => ({ type: 'busy', retryAfterMs });

interface Case {
  readonly id: string;
  readonly offer?: Partial<typeof OFFER>;
  readonly state?: Partial<AdmissionState>;
  readonly reply: OfferReply;
}

const CASES: readonly Case[] = [
  { id: 'an idle general accepts', reply: { type: 'accept' } },
  { id: 'the last place is taken', state: { held: 9 }, reply: { type: 'accept' } },
  {
    id: 'a slot of this cluster is accepted',
    offer: { slot: slotOf('security-general', 'prod-us') },
    reply: { type: 'accept' },
  },
  { id: 'a full one is busy', state: { held: 10 }, reply: busy(2_500) },
  { id: 'a full one says when a place is likely', state: { held: 12, latencyMs: 8_000 }, reply: busy(4_000) },
  { id: 'a full and quick one is not asked at once', state: { held: 10, latencyMs: 3 }, reply: busy(500) },
  { id: 'a full and slow one is asked within a minute', state: { held: 10, latencyMs: 600_000 }, reply: busy(60_000) },
  {
    id: 'an unknown general is refused for good',
    offer: { general: 'metrics-general', slot: slotOf('metrics-general') },
    reply: refuse('this node does not offer metrics-general, but security-general'),
  },
  {
    id: 'a node that offers nothing says so',
    state: { generals: [] },
    reply: refuse('this node does not offer security-general, but nothing'),
  },
  {
    id: 'a slot of another general is refused for good',
    offer: { slot: slotOf('metrics-general') },
    reply: refuse('slot metrics-general is not of security-general'),
  },
  {
    id: 'a slot of another cluster is refused for good',
    offer: { slot: slotOf('security-general', 'dev') },
    reply: refuse('slot security-general@dev is not of cluster prod-us'),
  },
  {
    id: 'a deadline that has passed is refused for good',
    offer: { deadline: NOW },
    reply: refuse('its deadline has passed'),
  },
  { id: 'a node that starts is busy', state: { phase: 'starting' }, reply: busy(1_000) },
  { id: 'a node with too little room is busy', state: { phase: 'crowded' }, reply: busy(30_000) },
  { id: 'a node that leaves is busy', state: { phase: 'draining' }, reply: busy(10_000) },
  {
    id: 'what can never be taken is refused by a node that leaves too',
    state: { phase: 'draining' },
    offer: { deadline: 0 },
    reply: refuse('its deadline has passed'),
  },
];

for (const { id, offer, state, reply } of CASES) {
  test(`general / admission / ${id}`, () => {
    assert.deepEqual(admit({ ...OFFER, ...offer }, { ...OPEN, ...state }), reply);
  });
}
