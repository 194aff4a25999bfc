import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { Secret } from '../../../../daemon/config/secret.ts';
import { hasCode, MeshError } from '../../../../protocols/errors.ts';
import { type Answer, AnswerSchema } from '../../../../protocols/result.ts';
import type { Form, Message, Model } from '../../../../roles/ports/model.ts';
import { type CountingMeter, countingMeter, type ManualRuntime, manualRuntime } from '../../../fakes/manual-runtime.ts';
import { ANSWER } from '../../../fakes/scripted-model.ts';
import { type BrokenServer, brokenServer, HEAD } from '../../../support/broken-server.ts';
import { type OneProviderOptions, oneProvider } from '../../../support/one-provider.ts';
import { waitFor } from '../../../support/wait-for.ts';

const KEY = 'sk-test-0123456789abcdef';
const GOOD = JSON.stringify(ANSWER);
const never = new AbortController().signal;
const form: Form<Answer> = { name: 'answer', schema: AnswerSchema };
const messages: readonly Message[] = [
  { role: 'system', text: 'You are a test.' },
  { role: 'user', text: 'Look at this.' },
];
const asker = { modelClass: 'small', signal: never } as const;
const ask = (model: Model, signal = never) => model.turn({ messages, form, modelClass: 'small', signal });
const TOOL = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

let runtime: ManualRuntime;
let meter: CountingMeter;

function modelAt(baseUrl: string, options: Partial<OneProviderOptions> = {}): Model {
  return oneProvider(
    {
      name: 'gpt-4o-mini',
      provider: 'openai',
      baseUrl,
      apiKey: new Secret(KEY, 'test'),
      temperature: 0.2,
      maxTokens: 500,
      timeout: 10_000,
      prices: { input: 2, output: 10 },
      maxRetries: 0,
      ...options,
    },
    { runtime, meter },
  );
}

async function failureOf(model: Model): Promise<MeshError> {
  const error = await ask(model).then(
    () => assert.fail('it answered'),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof MeshError, String(error));
  assert.ok(!error.message.includes(KEY), 'the key stays secret');
  return error;
}

beforeEach(() => {
  runtime = manualRuntime();
  meter = countingMeter();
});

describe('model / openai / a server that answers', () => {
  const server = new LLMock({ port: 0 });
  before(() => server.start());
  beforeEach(() => server.reset().clearChaos());
  after(() => server.stop());
  const url = () => `${server.url}/v1`;
  const bodies = () =>
    server
      .getRequests()
      .map(({ body }) => body as Record<string, unknown> & { messages: { role: string; content: string }[] });

  it('model / openai / sends prompts, model, limits and the schema, with the key in the header', async () => {
    server.on({ userMessage: /./ }, { content: GOOD });
    await ask(modelAt(url()));
    const [request] = server.getRequests();
    assert.equal(request?.path, '/v1/chat/completions');
    const [body] = bodies();
    assert.deepEqual(body?.messages, [
      { role: 'system', content: 'You are a test.' },
      { role: 'user', content: 'Look at this.' },
    ]);
    assert.equal(body?.model, 'gpt-4o-mini');
    assert.equal(body?.temperature, 0.2);
    assert.equal(body?.max_completion_tokens, 500);
    const format = JSON.stringify(body?.response_format);
    assert.match(format, /"type":"json_schema".*"strict":true/);
    assert.match(format, /"where":\{"anyOf":\[\{"type":"string"\},\{"type":"null"\}\]\}/);
    assert.match(format, /"required":\["severity","title","detail","where"/);
  });

  it('model / openai / counts tokens, and what they cost by the configured prices', async () => {
    server.on(
      { userMessage: /./ },
      { content: GOOD, usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } },
    );
    const { usage } = await ask(modelAt(url()));
    assert.deepEqual(usage, { promptTokens: 1_000, completionTokens: 100, costUsd: (1_000 * 2 + 100 * 10) / 1e6 });
    assert.equal(meter.total('mindmesh_model_tokens_total', { kind: 'prompt' }), 1_000);
    assert.equal(meter.total('mindmesh_model_cost_usd_total'), 0.003);
    assert.equal(meter.total('mindmesh_model_calls_total', { outcome: 'answered' }), 1);
  });

  const FORMS = {
    'null for what is optional': JSON.stringify({ ...ANSWER, findings: [{ ...ANSWER.findings[0], where: null }] }),
    'a code fence': `\`\`\`json\n${GOOD}\n\`\`\``,
    'talk before it': `<think>hm {maybe}</think>\n${GOOD}`.replace('{maybe}', 'maybe'),
  };
  for (const [form, content] of Object.entries(FORMS)) {
    it(`model / openai / reads an answer with ${form}`, async () => {
      server.on({ userMessage: /./ }, { content });
      const { value: answer } = await ask(modelAt(url()));
      assert.equal(answer?.summary, ANSWER.summary);
      assert.equal(server.getRequests().length, 1);
    });
  }

  const NONSENSE = {
    'no JSON': ['I had a look and all is well.', /not JSON/],
    'JSON of another form': ['{"verdict":"fine"}', /summary/],
    'a wrong value': [JSON.stringify({ ...ANSWER, confidence: 7 }), /confidence/],
    'an empty answer': ['', /not JSON/],
  } as const;
  for (const [what, [content, problem]] of Object.entries(NONSENSE)) {
    it(`model / openai / ${what} is sent back once with the problem, and mended`, async () => {
      server.on({ userMessage: /could not be used/ }, { content: GOOD });
      server.on({ userMessage: /Look at this/ }, { content });
      const { value: answer, usage } = await ask(modelAt(url()));
      assert.deepEqual(answer, ANSWER);
      const [, second] = bodies();
      assert.match(second?.messages.at(-1)?.content ?? '', problem);
      if (content !== '') assert.deepEqual(second?.messages.at(-2), { role: 'assistant', content });
      assert.equal(
        usage.promptTokens,
        meter.total('mindmesh_model_tokens_total', { kind: 'prompt' }),
        'both tries are paid',
      );
    });
    it(`model / openai / ${what} twice is model-nonsense`, async () => {
      server.on({ userMessage: /./ }, { content });
      const error = await failureOf(modelAt(url()));
      assert.equal(error.code, 'model-nonsense');
      assert.match(error.message, problem);
      assert.equal(server.getRequests().length, 2, 'one repair try and no more');
      assert.equal(meter.total('mindmesh_model_calls_total', { outcome: 'nonsense' }), 1);
    });
  }

  it('model / openai / an answer that was cut at the token limit is asked for again, shorter', async () => {
    server.on({ userMessage: /answer shorter/ }, { content: GOOD });
    server.on({ userMessage: /Look at this/ }, { content: GOOD.slice(0, 60), finishReason: 'length' });
    assert.deepEqual((await ask(modelAt(url()))).value, ANSWER);
  });

  const REFUSED = ['temperature', 'response_format', 'max_completion_tokens'] as const;
  for (const parameter of REFUSED) {
    it(`model / openai / a server that refuses ${parameter} is asked without it, then and later`, async () => {
      const message = `Unsupported parameter: '${parameter}'`;
      server.on(
        { userMessage: /./, predicate: (request) => Object.hasOwn(request, parameter) },
        { error: { message, type: 'invalid_request_error', param: parameter }, status: 400 },
      );
      server.on({ userMessage: /./ }, { content: GOOD });
      const model = modelAt(url());
      await ask(model);
      await ask(model);
      assert.deepEqual(
        bodies().map((body) => Object.hasOwn(body, parameter)),
        [true, false, false],
      );
      if (parameter === 'max_completion_tokens') assert.equal(bodies().at(-1)?.max_tokens, 500);
    });
  }

  it('model / openai / tools are sent, and the calls of the model come back with their arguments as they were written', async () => {
    const call = { name: 'read_file', arguments: '{"path": 7, broken' };
    server.on({ userMessage: /./ }, { toolCalls: [call] });
    const reply = await modelAt(url()).turn({ messages, form, tools: [TOOL], toolChoice: 'required', ...asker });
    assert.deepEqual(
      reply.calls.map(({ id: _, ...rest }) => rest),
      [call],
    );
    assert.notEqual(reply.calls[0]?.id, '');
    assert.equal(reply.value, undefined, 'it has not answered');
    assert.deepEqual(bodies()[0]?.tools, [{ type: 'function', function: TOOL }]);
    assert.equal(bodies()[0]?.tool_choice, 'required');
  });

  it('model / openai / what came of a call is sent back under its id', async () => {
    server.on({ userMessage: /./ }, { content: GOOD });
    const call = { id: 'call-1', name: 'read_file', arguments: '{"path":"a.ts"}' };
    const talk: Message[] = [
      ...messages,
      { role: 'assistant', text: '', calls: [call] },
      { role: 'tool', callId: 'call-1', text: 'the file' },
    ];
    await modelAt(url()).turn({ messages: talk, form, tools: [TOOL], ...asker });
    const [, , said, outcome] = bodies()[0]?.messages ?? [];
    const asked = { name: call.name, arguments: call.arguments };
    assert.deepEqual(said, {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call-1', type: 'function', function: asked }],
    });
    assert.deepEqual(outcome, { role: 'tool', tool_call_id: 'call-1', content: 'the file' });
  });

  it('model / openai / without a form the answer is text, and no schema is sent', async () => {
    server.on({ userMessage: /./ }, { content: 'All is well.' });
    const reply = await modelAt(url()).turn({ messages, ...asker });
    assert.deepEqual([reply.text, reply.value, reply.calls], ['All is well.', undefined, []]);
    assert.equal(bodies()[0]?.response_format, undefined);
  });

  it('model / openai / how sure the model says it is comes with the answer', async () => {
    server.on({ userMessage: /./ }, { content: GOOD });
    assert.equal((await ask(modelAt(url()))).confidence, ANSWER.confidence);
  });

  it('model / openai / a server that refuses a form beside tools is still asked for it without them', async () => {
    server.on(
      { userMessage: /./, predicate: (request) => 'tools' in request && 'response_format' in request },
      { error: { message: "'response_format' cannot be combined with tools" }, status: 400 },
    );
    server.on({ userMessage: /./ }, { content: GOOD });
    const model = modelAt(url());
    await model.turn({ messages, form, tools: [TOOL], ...asker });
    await model.turn({ messages, form, tools: [TOOL], ...asker });
    await ask(model);
    const shown = bodies().map((body) => ['tools' in body, 'response_format' in body]);
    assert.deepEqual(shown, [
      [true, true],
      [true, false],
      [true, false],
      [false, true],
    ]);
  });

  it('model / openai / who is not told the form by a parameter is told it in words', async () => {
    server.on({ userMessage: /./ }, { content: GOOD });
    const model = modelAt(url(), { provider: 'anthropic' });
    await ask(model);
    await model.turn({ messages: messages.slice(1), form, tools: [TOOL], ...asker });
    await model.turn({ messages, ...asker });
    const [told, toldAnew, free] = bodies();
    assert.equal(told?.response_format, undefined);
    assert.equal(told?.messages.length, 2);
    assert.match(told?.messages[0]?.content ?? '', /^You are a test\.\n\nAnswer with one JSON object.*"confidence"/s);
    assert.deepEqual(
      toldAnew?.messages.map(({ role }) => role),
      ['system', 'user'],
    );
    assert.equal(free?.messages[0]?.content, 'You are a test.', 'an answer without a form has none to be told');
  });

  const CHAOS = {
    'a rate limit': [{ rateLimitRate: 1 }, 'model-unavailable', /429/],
    'an error 500': [{ dropRate: 1 }, 'model-unavailable', /500/],
    'a connection that is closed': [{ disconnectRate: 1 }, 'model-unavailable', /no connection/],
    'a body that is not JSON': [{ malformedRate: 1 }, 'model-nonsense', /no chat completion/],
  } as const;
  for (const [what, [chaos, code, problem]] of Object.entries(CHAOS)) {
    it(`model / openai / ${what} is ${code}`, async () => {
      server.on({ userMessage: /./ }, { content: GOOD });
      server.setChaos(chaos);
      const error = await failureOf(modelAt(url()));
      assert.equal(error.code, code);
      assert.match(error.message, problem);
    });
  }

  it('model / openai / a server that fails once is asked again', async () => {
    server.on({ userMessage: /./ }, { content: GOOD });
    server.nextRequestError(503);
    assert.deepEqual((await ask(modelAt(url(), { maxRetries: 1 }))).value, ANSWER);
  });

  it('model / openai / a wrong key is told without the key', async () => {
    server.on({ userMessage: /./ }, { error: { message: `Incorrect API key provided: ${KEY}` }, status: 401 });
    const error = await failureOf(modelAt(url()));
    assert.match(error.message, /401 Incorrect API key provided: \*\*\*/);
  });

  it('model / openai / after several failures it is left alone, and tried again after a while', async () => {
    server.on({ userMessage: /./ }, { content: GOOD });
    server.setChaos({ dropRate: 1 });
    const model = modelAt(url(), { openAfter: 2, halfOpenAfterMs: 300 });
    for (let i = 0; i < 2; i++) assert.match((await failureOf(model)).message, /500/);
    const asked = server.getRequests().length;
    assert.match((await failureOf(model)).message, /left alone/);
    assert.equal(server.getRequests().length, asked, 'nobody was asked');
    server.clearChaos();
    const reply = await waitFor('the model to be tried again', () => ask(model));
    assert.deepEqual(reply.value, ANSWER);
    const phrases = runtime.lines.map(({ phrase }) => phrase);
    assert.deepEqual(phrases, ['model left alone for a while', 'model is back']);
  });
});

describe('model / openai / a server that misbehaves', () => {
  const servers: BrokenServer[] = [];
  after(() => Promise.all(servers.map((server) => server.close())));
  const start = async (...parameters: Parameters<typeof brokenServer>) => {
    const server = await brokenServer(...parameters);
    servers.push(server);
    return server;
  };
  const body = JSON.stringify({ choices: [{ message: { content: GOOD }, finish_reason: 'stop' }] });

  const CUTS = {
    'within the headers': 'HTTP/1.1 200 OK\r\nContent-',
    'before the body': `${HEAD}Content-Length: ${body.length}\r\n\r\n`,
    'within the body': `${HEAD}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 40)}`,
    'within a chunked body': `${HEAD}Transfer-Encoding: chunked\r\n\r\n28\r\n${body.slice(0, 40)}\r\n`,
  };
  for (const [where, sent] of Object.entries(CUTS)) {
    it(`model / openai / a connection cut ${where} is model-unavailable`, async () => {
      const server = await start((socket) => socket.end(sent, () => socket.destroy()));
      assert.equal((await failureOf(modelAt(server.url))).code, 'model-unavailable');
    });
  }

  const HANGS = {
    'before the headers': '',
    'after the headers': `${HEAD}Content-Length: ${body.length}\r\n\r\n`,
    'within the body': `${HEAD}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 40)}`,
  };
  for (const [where, sent] of Object.entries(HANGS)) {
    it(`model / openai / a server that hangs ${where} is given up after the timeout`, async () => {
      const server = await start((socket) => void socket.write(sent));
      const error = await failureOf(modelAt(server.url, { timeout: 200 }));
      assert.equal(error.code, 'model-unavailable');
      assert.match(error.message, /within 200 ms|in time/);
    });
    it(`model / openai / a call to a server that hangs ${where} ends with its signal`, async () => {
      const server = await start((socket) => void socket.write(sent));
      const controller = new AbortController();
      const call = ask(modelAt(server.url), controller.signal);
      await waitFor('the request to arrive', () => server.connections > 0);
      controller.abort();
      await assert.rejects(call, (error) => hasCode(error, 'model-unavailable') && /ended/.test(error.message));
    });
  }

  it('model / openai / a web page instead of a completion is model-nonsense', async () => {
    const server = await start(
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>'),
    );
    assert.equal((await failureOf(modelAt(server.url))).code, 'model-nonsense');
  });

  it('model / openai / a refused connection is model-unavailable and says so', async () => {
    const server = await start(() => undefined);
    await server.close();
    const error = await failureOf(modelAt(server.url));
    assert.equal(error.code, 'model-unavailable');
    assert.match(error.message, /no connection: .*ECONNREFUSED/);
  });
});
