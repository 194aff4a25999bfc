import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod';
import { OpenAiProvider } from '../../daemon/model/openai.ts';
import { hasCode } from '../../protocols/errors.ts';
import { AnswerSchema } from '../../protocols/result.ts';
import { promptTokensAtMost } from '../../roles/models/cost.ts';
import type { Form, Message } from '../../roles/ports/model.ts';
import { choiceOf, governed, spenderOf } from '../fakes/governed.ts';
import { manualRuntime, settled } from '../fakes/manual-runtime.ts';
import { type LlamaServer, startLlamaServer } from '../support/llama-server.ts';

const VERDICT = z.object({
  verdict: z.enum(['approve', 'reject']),
  score: z.int().min(0).max(100),
  notes: z.array(z.object({ text: z.string(), where: z.string().optional() })).max(5),
  sure: z.boolean(),
});
const form: Form<z.infer<typeof VERDICT>> = { name: 'verdict', schema: VERDICT };
const never = new AbortController().signal;
const messages = (text: string): Message[] => [
  { role: 'system', text: 'You are a test.' },
  { role: 'user', text },
];
const TOOL = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } };

describe('a model server that decodes for real', () => {
  let server: LlamaServer;
  before(async () => {
    server = await startLlamaServer();
  });
  after(() => server?.stop());

  function modelAt(url: string) {
    const runtime = manualRuntime();
    const options = { name: 'local', provider: 'openai', baseUrl: url, timeout: 60_000, maxRetries: 0 } as const;
    const small = [choiceOf('local', { model: 'tiny', maxTokens: 2_000, temperature: 0.7, timeoutMs: 600_000 })];
    return governed({ small, providers: { local: new OpenAiProvider(options, { runtime }) }, runtime });
  }
  const asked = { form, modelClass: 'small', spender: spenderOf(), signal: never } as const;

  it('host / llama-server / whatever the model would say, its answer has the form that was asked for', async () => {
    const { model, log, meter } = modelAt(server.url);
    const answers = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const { value } = await model.turn({ ...asked, messages: messages(`Number ${i}.`) });
      answers.add(JSON.stringify(VERDICT.parse(value)));
    }
    assert.ok(answers.size > 6, `it chooses: ${[...answers].join()}`);
    await settled();
    assert.equal(log.records.length, 12, 'no answer needed a repair');
    assert.equal(meter.total('mindmesh_model_calls_total', { outcome: 'answered' }), 12);
  });

  it('host / llama-server / a form is kept beside tools that must not be called, too', async () => {
    const { model } = modelAt(server.url);
    const reply = await model.turn({ ...asked, messages: messages('Now.'), tools: [TOOL], toolChoice: 'none' });
    assert.ok(reply.value !== undefined);
    assert.deepEqual(reply.calls, []);
  });

  it('host / llama-server / what a grammar cannot hold is found afterwards: bounds of a fraction', async () => {
    const { model, log } = modelAt(server.url);
    const answer: Form<z.infer<typeof AnswerSchema>> = { name: 'answer', schema: AnswerSchema };
    const outcomes: string[] = [];
    for (let i = 0; i < 4; i++) {
      const turn = model.turn({ ...asked, form: answer, messages: messages(`How sure are you? ${i}`) });
      const outcome = await turn.then(
        ({ value }) => (AnswerSchema.safeParse(value).success ? 'fits' : 'does not fit'),
        (error: unknown) => (hasCode(error, 'model-nonsense') ? 'nonsense' : String(error)),
      );
      outcomes.push(outcome);
    }
    assert.ok(outcomes.includes('nonsense'), outcomes.join());
    assert.ok(
      outcomes.every((outcome) => outcome === 'nonsense' || outcome === 'fits'),
      outcomes.join(),
    );
    await settled();
    assert.ok(log.records.length > outcomes.length, 'the repair is paid as well');
  });

  it('host / llama-server / its own count of a prompt is never above what was set aside, with a token for every byte', async () => {
    const { model, log } = modelAt(server.url);
    const texts = [
      '',
      'x'.repeat(1_000),
      '🦀'.repeat(200),
      'Straße, naïve, 漢字 '.repeat(20),
      '\u0000\u200b'.repeat(50),
    ];
    for (const text of texts) {
      const request = { ...asked, messages: messages(text) };
      await model.turn(request);
      await settled();
      const counted = log.records.at(-1)?.promptTokens ?? 0;
      const most = promptTokensAtMost(request);
      // Its vocabulary is one of bytes: no tokenizer in use makes more tokens of a text.
      assert.ok(counted > Buffer.byteLength(text) * 0.9, `${counted} tokens for ${Buffer.byteLength(text)} bytes`);
      assert.ok(counted <= most, `${counted} of ${most}`);
    }
  });

  it('host / llama-server / a call that is ended leaves the server to the next', async () => {
    const { model } = modelAt(server.url);
    const leaving = new AbortController();
    const { form: _, ...free } = asked;
    const endless = model.turn({ ...free, messages: messages('Talk for ever.'), signal: leaving.signal });
    leaving.abort();
    await assert.rejects(endless, (error) => hasCode(error, 'model-unavailable') && /ended/.test(error.message));
    assert.ok((await model.turn({ ...asked, messages: messages('And now?') })).value !== undefined);
  });
});
