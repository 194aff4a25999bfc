import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainRendering } from '../../../../daemon/cli/views/explain.ts';
import { effectKey } from '../../../../protocols/effects.ts';
import type { ExplainView } from '../../../../protocols/operator.ts';
import { ExplainViewSchema } from '../../../../protocols/operator.ts';
import { explainView } from '../../../../roles/operator/explain-view.ts';
import { foldStory } from '../../../../roles/replica/fold-story.ts';
import type { Fact } from '../../../../roles/replica/story.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { AT, candidateOf, distributionOf, EVENT_ID, eventFact, factOf, planOf } from '../../../fakes/facts.ts';

const plan = planOf('security-general', [candidateOf('gen', 0), candidateOf('gen2', 1)]);
const names = new Map([
  [peerNamed('gen'), 'reviewers'],
  [peerNamed('gen2'), 'reviewers-2'],
]);
const act = {
  v: 1,
  eventId: EVENT_ID,
  slot: plan.slot,
  key: effectKey(EVENT_ID, plan.slot, 'result'),
  kind: 'comment',
  target: { repository: 'acme/app', number: 7, since: '2026-01-01T00:00:00.000Z' },
} as const;
const COLOURLESS = (text: string) => text;

function intended(by: string, seq: number): Fact {
  return factOf(by, seq, { ...act, type: 'intended', at: AT + seq });
}

function effect(by: string, seq: number, id: string, removed: number): Fact {
  const ref = { id, url: `https://github.com/acme/app/pull/7#issuecomment-${id}` };
  return factOf(by, seq, { ...act, type: 'effect', at: AT + seq, ref, removed });
}

function viewOf(...facts: Fact[]): ExplainView {
  const story = foldStory(EVENT_ID, [eventFact(), factOf('boss', 1, distributionOf([plan])), ...facts]);
  const view = explainView(story, { names, offers: [] });
  assert.ok(view);
  return ExplainViewSchema.parse(view);
}

function lineOf(view: ExplainView): string | undefined {
  const paint = { bold: COLOURLESS, dim: COLOURLESS, red: COLOURLESS, green: COLOURLESS, yellow: COLOURLESS };
  const text = explainRendering.table(view, {
    paint: { ...paint, cyan: COLOURLESS } as never,
    wide: false,
    width: undefined,
    now: AT,
  });
  return text
    .split('\n')
    .find((line) => line.includes('comment on'))
    ?.trim();
}

test('operator / explain / effects / what two nodes did of one effect is told once, as the newest word has it', () => {
  const view = viewOf(intended('gen', 10), intended('gen2', 11), effect('gen2', 12, '9', 0), effect('gen', 13, '8', 1));
  const [told, ...others] = view.tasks[0]?.effects ?? [];
  assert.equal(others.length, 0);
  assert.deepEqual([told?.ref?.id, told?.doneBy, told?.removed], ['8', peerNamed('gen'), 1]);
  assert.deepEqual(
    told?.intended.map(({ by }) => view.names?.[by]),
    ['reviewers', 'reviewers-2'],
  );
  assert.equal(
    lineOf(view),
    'comment on acme/app#7: https://github.com/acme/app/pull/7#issuecomment-8 by reviewers, 1 surplus taken away',
  );
});

test('operator / explain / effects / one that nobody saw there is told as meant', () => {
  assert.equal(lineOf(viewOf(intended('gen', 10))), 'comment on acme/app#7: meant by reviewers, not seen there yet');
});

test('operator / explain / effects / a task without any, and a node that no decision ranked, tell none', () => {
  assert.equal(viewOf().tasks[0]?.effects, undefined);
  assert.equal(viewOf(intended('stranger', 10)).tasks[0]?.effects, undefined);
});
