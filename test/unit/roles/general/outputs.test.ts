import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trust } from '../../../../protocols/event.ts';
import { ManifestSchema, type OutputKind } from '../../../../protocols/manifest.ts';
import type { Answer } from '../../../../protocols/result.ts';
import type { Analysis } from '../../../../roles/general/engine.ts';
import { stageOf } from '../../../../roles/general/loop/stage.ts';
import { planOf } from '../../../../roles/general/publish.ts';
import type { EffectKind } from '../../../../roles/ports/effects.ts';
import type { ChangedFile } from '../../../../roles/ports/forge.ts';
import { cardOf } from '../../../fakes/cards.ts';
import { issueEvent, type meshEvent, pullRequestEvent, pushEvent } from '../../../fakes/events.ts';
import { MemoryJournal } from '../../../fakes/journal.ts';
import { countingMeter, manualRuntime } from '../../../fakes/manual-runtime.ts';
import { MemoryForge } from '../../../fakes/memory-forge.ts';
import { ANSWER } from '../../../fakes/scripted-model.ts';

const ALL: readonly EffectKind[] = ['comment', 'review', 'label', 'check-run'];
const CHANGED: ChangedFile = {
  path: 'src/page.ts',
  status: 'modified',
  additions: 1,
  deletions: 1,
  patch: '@@ -9,3 +9,3 @@\n a\n-b\n+c\n d',
};

interface Case {
  readonly output: OutputKind;
  readonly answer?: Partial<Answer>;
  readonly engine?: Analysis['engine'];
  readonly event?: ReturnType<typeof meshEvent>;
  readonly serves?: readonly EffectKind[];
  readonly isTask?: boolean;
}

async function shown({
  output,
  answer,
  engine = 'model',
  event = pullRequestEvent(),
  serves = ALL,
  isTask = true,
}: Case) {
  const manifest = ManifestSchema.parse({
    name: 'any-general',
    title: 'Any',
    specialisations: ['any'],
    looksAt: ['all'],
    output,
    labels: ['bug', 'question'],
  });
  const journal = new MemoryJournal();
  const parts = {
    journal,
    tables: journal.tables,
    runtime: manualRuntime(),
    meter: countingMeter(),
    templates: { render: (name: string) => name },
    manifests: new Map([[manifest.name, manifest]]),
    forge: new MemoryForge({ changed: [CHANGED] }),
    effects: {
      serves: (kind: EffectKind) => serves.includes(kind),
      perform: () => assert.fail('nothing is done here'),
    },
  };
  const general = { name: manifest.name, specialisations: [], concurrency: 1, capacity: 1 };
  const task = { eventId: event.id, slot: 'any-general' as never, isRepeat: false };
  const scene = { general, event, signal: new AbortController().signal, ...(isTask && { task }) };
  const usage = { promptTokens: 0, completionTokens: 0, costUsd: 0 };
  const analysis: Analysis = { answer: { ...ANSWER, ...answer }, engine, usage };
  return planOf(analysis, stageOf(scene, { self: cardOf('node'), deadlineMs: 1 }, parts));
}

const HIGH = { severity: 'high', title: 'A hole', detail: 'Here.', where: 'src/page.ts' } as const;
const short = (effects: Awaited<ReturnType<typeof shown>>) => effects.map(({ kind, name }) => `${kind} ${name}`);

const CASES: readonly (Case & { id: string; are: readonly string[] })[] = [
  { id: 'a comment', output: 'comment', are: ['comment result'] },
  { id: 'a review', output: 'review', are: ['review result'] },
  { id: 'a check run', output: 'check-run', are: ['check-run result'] },
  { id: 'a report', output: 'report', are: ['comment result'] },
  {
    id: 'a release note of a change that worries',
    output: 'release-note',
    answer: { findings: [HIGH] },
    are: ['comment result'],
  },
  { id: 'no release note of a change that is only open', output: 'release-note', are: [] },
  {
    id: 'labels, and a comment where it matters',
    output: 'label',
    answer: { labels: ['bug'], findings: [HIGH] },
    are: ['label labels', 'comment result'],
  },
  { id: 'labels alone where it does not', output: 'label', answer: { labels: ['bug'] }, are: ['label labels'] },
  {
    id: 'no label that its manifest does not name',
    output: 'label',
    answer: { labels: ['ready-for-dev', 'admin'] },
    are: [],
  },
  { id: 'a comment where reviews are off', output: 'review', serves: ['comment'], are: ['comment result'] },
  { id: 'a comment where checks are off', output: 'check-run', serves: ['comment'], are: ['comment result'] },
  { id: 'nothing where nothing is on', output: 'review', serves: [], are: [] },
  { id: 'no empty comment', output: 'comment', answer: { findings: [] }, are: [] },
  {
    id: 'no comment of what is only worth knowing',
    output: 'comment',
    answer: { findings: [{ ...HIGH, severity: 'info' }] },
    are: [],
  },
  {
    id: 'a report of it',
    output: 'report',
    answer: { findings: [{ ...HIGH, severity: 'info' }] },
    are: ['comment result'],
  },
  { id: 'no empty review', output: 'review', answer: { findings: [] }, are: [] },
  { id: 'a check run that found nothing', output: 'check-run', answer: { findings: [] }, are: ['check-run result'] },
  {
    id: 'no empty comment in the place of one',
    output: 'check-run',
    answer: { findings: [] },
    serves: ['comment'],
    are: [],
  },
  { id: 'a comment on an issue, which nobody reviews', output: 'review', event: issueEvent(), are: ['comment result'] },
  { id: 'a check run on a push', output: 'check-run', event: pushEvent(), are: ['check-run result'] },
  { id: 'nothing on a push, which nobody talks below', output: 'comment', event: pushEvent(), are: [] },
  { id: 'nothing too far from a person', output: 'comment', event: { ...pullRequestEvent(), hops: 3 }, are: [] },
  { id: 'nothing of what was not promised', output: 'comment', isTask: false, are: [] },
  {
    id: 'no label where somebody has set one of them',
    output: 'label',
    answer: { labels: ['bug'] },
    event: issueEvent({ labels: ['question'] }),
    are: [],
  },
];

for (const { id, are, ...given } of CASES) {
  test(`general / outputs / ${id}`, async () => assert.deepEqual(short(await shown(given)), are));
}

for (const trust of ['stranger', 'bot'] satisfies Trust[]) {
  const over = trust === 'bot' ? { actortype: 'bot' as const } : { authorassociation: 'NONE' as const };
  test(`general / outputs / for a ${trust} a review and a check run are comments, a label of the list stays one`, async () => {
    const event = pullRequestEvent({ labels: [] }, over);
    assert.deepEqual(short(await shown({ output: 'review', event })), ['comment result']);
    assert.deepEqual(short(await shown({ output: 'check-run', event })), ['comment result']);
    assert.deepEqual(short(await shown({ output: 'label', answer: { labels: ['bug'] }, event })), ['label labels']);
  });
}

test('general / outputs / a review has its remarks on lines that the diff shows, and the others in its text', async () => {
  const findings = [
    { ...HIGH, line: 10 },
    { ...HIGH, title: 'Far away', line: 99 },
    { ...HIGH, title: 'Elsewhere', where: 'src/other.ts', line: 10 },
    { ...HIGH, title: 'The whole' },
  ];
  const [effect] = await shown({ output: 'review', answer: { findings } });
  const body = (effect ?? assert.fail()).body as {
    text: string;
    sha: string;
    verdict: string;
    comments: { line: number; text: string }[];
  };
  assert.deepEqual(body.comments, [{ path: 'src/page.ts', line: 10, text: '**high** A hole: Here.' }]);
  assert.deepEqual([body.sha, body.verdict], ['b'.repeat(40), 'comment']);
  assert.match(body.text, /- `src\/page\.ts:99` \*\*high\*\* Far away: Here\./);
  assert.match(body.text, /- `src\/other\.ts:10` \*\*high\*\* Elsewhere/);
  assert.match(body.text, /- \*\*high\*\* The whole \(`src\/page\.ts`\)/);
  assert.doesNotMatch(body.text, /A hole/);
});

const CONCLUSIONS: readonly { id: string; given: Omit<Case, 'output'>; is: string }[] = [
  { id: 'nothing found', given: { answer: { findings: [] } }, is: 'success' },
  { id: 'small things', given: {}, is: 'success' },
  { id: 'something grave, and sure of it', given: { answer: { findings: [HIGH] } }, is: 'failure' },
  { id: 'something grave, and not sure', given: { answer: { findings: [HIGH], confidence: 0.3 } }, is: 'neutral' },
  { id: 'something grave, by rules', given: { answer: { findings: [HIGH] }, engine: 'offline-rules' }, is: 'neutral' },
  { id: 'a medium thing', given: { answer: { findings: [{ ...HIGH, severity: 'medium' }] } }, is: 'neutral' },
];

for (const { id, given, is } of CONCLUSIONS) {
  test(`general / outputs / a check run of ${id}: ${is}`, async () => {
    const [effect] = await shown({ output: 'check-run', ...given });
    assert.equal((effect?.body as { conclusion: string } | undefined)?.conclusion, is);
  });
}
