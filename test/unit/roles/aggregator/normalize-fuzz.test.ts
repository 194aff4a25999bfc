import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeshEventSchema } from '../../../../protocols/event.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { LIMITS, WIRE_VERSION } from '../../../../protocols/names.ts';
import { decodeRecord, encodeRecord } from '../../../../protocols/record.ts';
import { isObject } from '../../../../roles/aggregator/json.ts';
import { normalizeGithub } from '../../../../roles/aggregator/normalize-github.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { RECEIVED_AT, readWebhook, titleOf } from '../../../support/deliveries.ts';
import { exampleWebhooks, type Webhook } from '../../../support/github.ts';

/** Random, but the same each time, so that what fails can be run again. */
const SEED = 20_260_102;
const ROUNDS = 12;

/** What a field may turn into. */
const OTHERS: readonly unknown[] = [
  undefined, null, true, false, 0, -1, 1.5, 1e300, 2 ** 53, '', ' ', 'x', '\u0000', '\ud83e', '2026-02-30T00:00:00Z', [], [[]], [null, 1, 'x', {}], {},
  { length: -1 }, { login: 7, name: [], number: 'x', body: {}, head: null, repo: [], ref: 0 },
]; // biome-ignore format: a table of odd values reads better in a block

test('aggregator / normalise / a payload with any fields replaced or gone is an event of the schema or payload-invalid', () => {
  const random = seeded(SEED);
  let events = 0;
  for (const webhook of exampleWebhooks()) {
    for (let round = 0; round < ROUNDS; round++) {
      const mutated = mutate(webhook, 1 + Math.floor(random() * 8), random);
      const delivery = readWebhook(mutated);
      const about = `${titleOf(webhook)} round ${round}`;
      if (delivery.status === 'event') {
        events += 1;
        const parsed = MeshEventSchema.safeParse(delivery.event);
        assert.ok(parsed.success, `${about}: ${parsed.error}`);
        assert.deepEqual(parsed.data, delivery.event, about);
      } else if (delivery.status === 'refused') {
        assert.equal(delivery.code, 'payload-invalid', about);
      }
    }
  }
  // A test that refuses everything would prove nothing.
  assert.ok(events > 1_000, `${events} events`);
});

test('aggregator / normalise / no payload, whatever its size and letters, makes a record over the limit', () => {
  const alphabets = ['x', 'é', '漢', '🦊', '"', '\n', '\u0000', '\ud800'];
  for (const webhook of firstOfEach(exampleWebhooks())) {
    for (const letter of alphabets) {
      const payload = inflate(webhook.payload, letter.repeat(40_000));
      assert.ok(isObject(payload));
      const id = eventIdOf('github', 'd'.repeat(200));
      const made = normalizeGithub(webhook.event, id, payload, { org: 'a'.repeat(63), receivedAt: RECEIVED_AT });
      if (made.status !== 'event') continue;
      const { event } = made;
      const about = `${titleOf(webhook)} of ${JSON.stringify(letter)}`;
      const stored = encodeRecord({ v: WIRE_VERSION, at: RECEIVED_AT, type: 'event', event, mac: 'f'.repeat(64) });
      assert.ok(stored.length <= LIMITS.recordBytes, `${about} takes ${stored.length}`);
      assert.ok(decodeRecord(stored).ok, about);
      assert.ok((event.data.truncated ?? []).length > 0, `${about} names no cut`);
      const accepted = encodeRecord({
        v: WIRE_VERSION,
        at: RECEIVED_AT,
        type: 'accepted',
        eventId: event.id,
        slot: 'a-general@a-cluster' as never,
        general: 'a-general',
        subject: event.subject,
        number: Number.MAX_SAFE_INTEGER,
        priority: 'background',
        owner: peerNamed('owner'),
        event,
      });
      assert.ok(accepted.length <= LIMITS.recordBytes, `accepted ${about} takes ${accepted.length}`);
    }
  }
});

/** Every text becomes this one, every list three hundred of its first item. */
function inflate(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (Array.isArray(value)) return value.length === 0 ? [] : new Array(300).fill(inflate(value[0], text));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inflate(each, text)]));
}

function firstOfEach(webhooks: readonly Webhook[]): Webhook[] {
  return [...new Map(webhooks.toReversed().map((webhook) => [webhook.event, webhook])).values()];
}

function mutate({ event, payload }: Webhook, times: number, random: () => number): Webhook {
  const copy: unknown = structuredClone(payload);
  for (let i = 0; i < times; i++) {
    const places = placesOf(copy, 0);
    const place = places[Math.floor(random() * places.length)];
    if (place === undefined) break;
    const other = OTHERS[Math.floor(random() * OTHERS.length)];
    place(structuredClone(other));
  }
  return { event, payload: copy };
}

type Place = (value: unknown) => void;

/** Every field down to the fourth level, as the act of giving it another value. */
function placesOf(value: unknown, depth: number): Place[] {
  if (depth > 3 || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    (other: unknown) => Object.assign(value, { [key]: other }),
    ...placesOf(child, depth + 1),
  ]);
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
