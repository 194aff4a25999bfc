import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import { AnswerSchema, UsageSchema } from '../../protocols/result.ts';
import type { Model, TurnRequest } from '../../roles/ports/model.ts';
import { countingMeter, manualRuntime } from '../fakes/manual-runtime.ts';
import { ANSWER, ScriptedModel } from '../fakes/scripted-model.ts';
import { oneProvider } from '../support/one-provider.ts';

interface ModelUnderTest {
  answering(): Model;
  /** `look`, with the argument `{"at":"x"}`. */
  calling(): Model;
  talkingNonsense(): Model;
  failing(): Model;
  hanging(): Model;
}

const LOOK = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } };
const never = new AbortController().signal;
const request = {
  messages: [
    { role: 'system', text: 'You are a test.' },
    { role: 'user', text: 'Say something.' },
  ],
  form: { name: 'answer', schema: AnswerSchema },
  modelClass: 'small',
} as const satisfies Omit<TurnRequest, 'signal'>;

/** What every model promises, whatever is behind it. */
function suite(name: string, under: () => ModelUnderTest): void {
  describe(`model / ${name}`, () => {
    it(`model / ${name} / an answer comes in the asked form, with what it cost`, async () => {
      const reply = await under()
        .answering()
        .turn({ ...request, signal: never });
      assert.deepEqual(AnswerSchema.parse(reply.value), ANSWER);
      assert.deepEqual(UsageSchema.parse(reply.usage), reply.usage);
      assert.ok(reply.usage.promptTokens > 0 && reply.usage.completionTokens > 0);
      assert.notEqual(reply.model, '');
    });
    it(`model / ${name} / a call of a tool comes with its arguments as text, and without an answer`, async () => {
      const reply = await under()
        .calling()
        .turn({ ...request, tools: [LOOK], signal: never });
      const [call, ...others] = reply.calls;
      assert.deepEqual([call?.name, call?.arguments, others.length], ['look', '{"at":"x"}', 0]);
      assert.equal(reply.value, undefined);
      assert.equal(reply.isCached, false);
    });
    it(`model / ${name} / nonsense is model-nonsense`, async () => {
      const call = under()
        .talkingNonsense()
        .turn({ ...request, signal: never });
      await assert.rejects(call, (error) => hasCode(error, 'model-nonsense'));
    });
    it(`model / ${name} / a failure is model-unavailable`, async () => {
      const call = under()
        .failing()
        .turn({ ...request, signal: never });
      await assert.rejects(call, (error) => hasCode(error, 'model-unavailable'));
    });
    it(`model / ${name} / the signal ends a call that hangs`, async () => {
      const controller = new AbortController();
      const call = under()
        .hanging()
        .turn({ ...request, signal: controller.signal });
      controller.abort();
      await assert.rejects(call, (error) => hasCode(error, 'model-unavailable'));
    });
  });
}

suite('fake', () => ({
  answering: () => new ScriptedModel(ANSWER),
  calling: () => new ScriptedModel({ text: '', calls: [{ id: '1', name: 'look', arguments: '{"at":"x"}' }] }),
  talkingNonsense: () =>
    new ScriptedModel(new MeshError('model-nonsense', { model: 'x', problem: 'the test said so' })),
  failing: () => new ScriptedModel(new MeshError('model-unavailable', { model: 'x', problem: 'the test said so' })),
  hanging: () => new ScriptedModel('hang'),
}));

describe('model / openai', () => {
  const server = new LLMock({ port: 0 });
  before(() => server.start());
  after(() => server.stop());

  const model = (content: string | undefined, latencyMs = 0): Model => {
    server.reset().clearChaos();
    if (content !== undefined) server.on({ userMessage: /./ }, { content });
    if (latencyMs > 0) server.setChaos({ latencyMs });
    const options = {
      name: 'gpt-4o-mini',
      provider: 'openai',
      baseUrl: `${server.url}/v1`,
      maxRetries: 0,
      maxTokens: 500,
    } as const;
    const parts = { runtime: manualRuntime(), meter: countingMeter() };
    return oneProvider({ ...options, timeout: 20_000, prices: { input: 1, output: 2 } }, parts);
  };

  suite('openai', () => ({
    answering: () => model(JSON.stringify(ANSWER)),
    calling: () => {
      const calling = model(undefined);
      server.on({ userMessage: /./ }, { toolCalls: [{ name: 'look', arguments: '{"at":"x"}' }] });
      return calling;
    },
    talkingNonsense: () => model('Sure! I had a look and all is well.'),
    failing: () => model(undefined),
    hanging: () => model(JSON.stringify(ANSWER), 10_000),
  }));
});
