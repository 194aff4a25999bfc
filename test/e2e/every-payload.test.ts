import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { GENERALS } from '../../protocols/generals.ts';
import type { ExplainView } from '../../protocols/operator.ts';
import { type Answer, exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { ruledStatus } from './expectations.ts';
import { settledStory, testMesh } from './mesh.ts';

/** 329 events and about a thousand tasks on two cores. */
const SETTLE_MS = 120_000;

interface Sent extends Answer {
  readonly webhook: Webhook;
}

async function sendAll(mesh: DevMesh): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const webhook of exampleWebhooks()) {
    sent.push({ webhook, ...(await postWebhook(mesh.url('aggregator'), mesh.secret, webhook)) });
  }
  return sent;
}

async function settled(mesh: DevMesh, sent: readonly Sent[]): Promise<ExplainView[]> {
  const accepted = sent.filter(({ status }) => status === 202);
  const stories: ExplainView[] = [];
  for (const { delivery } of accepted) stories.push(await settledStory(mesh, delivery, SETTLE_MS));
  return stories;
}

function assertStory(story: ExplainView, engine: 'model' | 'offline-rules'): void {
  assert.ok(story.rule, `${story.eventId} names its rule`);
  assert.ok(story.tasks.length > 0, `${story.eventId} ${story.kind} went to somebody`);
  assert.deepEqual(story.waiting, [], `${story.eventId} waits for nobody`);
  assert.equal(story.settled?.outcome, 'done');
  for (const task of story.tasks) {
    assert.equal(task.state, 'done', `${story.eventId} ${task.slot}`);
    assert.ok(
      task.candidates.some(({ rank }) => rank === 0),
      `${task.slot} shows who was chosen`,
    );
    assert.equal(task.attempts.length, 1, `${task.slot} was done at the first attempt`);
    assert.equal(
      task.result?.engine,
      needsNoModel(story, task) ? 'offline-rules' : engine,
      `${task.slot} ${task.result?.degraded}`,
    );
    assert.equal(task.result?.general, task.general);
    assert.ok((task.result?.answer.summary.length ?? 0) > 0);
  }
}

type Task = ExplainView['tasks'][number];

/** The product owner looks at an issue before it asks, and says why it has nothing to ask. Rules that stand in for a model say so. */
function needsNoModel({ kind }: ExplainView, { general, result }: Task): boolean {
  const isOfIssue = general === 'product-owner-general' && kind.startsWith('issue_');
  return isOfIssue && result?.degraded === undefined && NOTHING_TO_ASK.test(result?.answer.summary ?? '');
}

const NOTHING_TO_ASK =
  /^(?:No conversation|State: \w+); (?:the issue is closed|nothing new was written|somebody set the label)\.$/;

describe('every example payload, one process for each role, no model', () => {
  let stop: (() => Promise<void>) | undefined;
  let sent: Sent[];
  let stories: ExplainView[];

  before(
    async () => {
      const { mesh, end } = await testMesh();
      stop = end;
      mesh.startAll();
      await mesh.ready();
      sent = await sendAll(mesh);
      stories = await settled(mesh, sent);
    },
    { timeout: 240_000 },
  );
  after(() => stop?.());

  it('e2e / ingest / every payload is answered as the table says', () => {
    assert.equal(sent.length, 329);
    for (const { webhook, status, body } of sent) {
      const expected = ruledStatus(webhook);
      assert.equal(status, expected, `${webhook.event}: ${JSON.stringify(body)}`);
    }
    assert.ok(
      sent.some(({ status }) => status === 204),
      'some are not ours',
    );
  });

  it('e2e / delivery / every event reaches its generals, has a result, and explain tells how', () => {
    assert.equal(stories.length, sent.filter(({ status }) => status === 202).length);
    assert.ok(stories.length > 250);
    for (const story of stories) assertStory(story, 'offline-rules');
  });
});

describe('every example payload, an OpenAI-compatible server', () => {
  const model = new LLMock({ port: 0 });
  let stop: (() => Promise<void>) | undefined;
  let stories: ExplainView[];

  before(
    async () => {
      const answer = { summary: 'Read and understood.', findings: [], recommendations: ['Go on.'], confidence: 0.9 };
      const analysis = { needs_clarification: false, questions: [], refined_description: 'Read and understood.' };
      const owner = { systemMessage: 'You are a product owner analysing an issue' };
      model.on(owner, { content: JSON.stringify(analysis) });
      // Those that set labels are asked for some.
      for (const systemMessage of ['You are triage-general', 'You are priority-general']) {
        model.on({ systemMessage }, { content: JSON.stringify({ ...answer, labels: [] }) });
      }
      model.on({ userMessage: /./ }, { content: JSON.stringify(answer) });
      await model.start();
      const { mesh, end } = await testMesh({ env: { OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'test' } });
      stop = end;
      mesh.startAll();
      await mesh.ready();
      stories = await settled(mesh, await sendAll(mesh));
    },
    { timeout: 240_000 },
  );
  after(async () => {
    await stop?.();
    await model.stop();
  });

  it('e2e / model / every routed event has a result of the model', () => {
    assert.ok(stories.length > 250);
    for (const story of stories) assertStory(story, 'model');
    const ofOwner = stories.flatMap((story) =>
      story.tasks.filter(({ general }) => general === 'product-owner-general'),
    );
    assert.ok(
      ofOwner.some(({ result }) => result?.answer.summary.includes('State: ready_for_dev.')),
      'an issue was analysed',
    );
  });

  it("e2e / model / each general's specialisation, prompt and the payload's facts were sent", () => {
    const prompts = model.getRequests().map(({ body }) => JSON.stringify(body));
    const all = stories.flatMap((story) => story.tasks.map((task) => ({ story, task })));
    const tasks = all.filter(({ story, task }) => !needsNoModel(story, task));
    assert.equal(prompts.length, tasks.length, 'one request for each task that needs one');
    for (const general of new Set(tasks.map(({ task }) => task.general))) {
      const kind = GENERALS.find(({ name }) => name === general);
      const own = prompts.filter((prompt) => prompt.includes(general));
      assert.equal(
        own.length,
        tasks.filter(({ task }) => task.general === general).length,
        `${general} asked for itself`,
      );
      for (const specialisation of kind?.specialisations ?? []) {
        assert.ok(
          own.every((prompt) => prompt.includes(specialisation)),
          `${general} sends ${specialisation}`,
        );
      }
    }
    for (const { story, task } of tasks) {
      const told = prompts.some(
        (prompt) => prompt.includes(task.general) && prompt.includes(story.repository) && prompt.includes(story.kind),
      );
      assert.ok(told, `${task.slot} was told of ${story.kind} in ${story.repository}`);
    }
  });
});
