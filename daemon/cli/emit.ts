import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { webhookOf } from './emit-target.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { refusalOf } from './refusal.ts';
import type { Terminal } from './terminal.ts';
import { type EmittedView, emittedRendering } from './views/emitted.ts';

/** What GitHub waits for an answer. */
const ANSWER_MS = 10_000;

/** Signs a payload and sends it as GitHub would. Ends with 0 when it was taken, also as a repeat. */
export const run: Verb = async (args, terminal) => {
  const given = parseGiven(await readPayload(textOf(args, 'payload'), terminal));
  const event = textOf(args, 'event') ?? given.event;
  if (event === undefined)
    throw new MeshError('usage', { problem: 'name the GitHub event with --event, like --event pull_request' });
  const delivery = textOf(args, 'delivery') ?? given.delivery ?? randomUUID();
  const { url, secret } = await webhookOf(args, terminal);
  const signature = createHmac('sha256', secret.reveal()).update(given.body).digest('hex');
  const response = await post(url, given.body, {
    'content-type': 'application/json',
    'user-agent': 'mindmesh-emit',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${signature}`,
  });
  const answer = await response.text();
  if (!response.ok) throw refusalOf(response.status, answer);
  await print(viewOf(response.status, delivery, answer), emittedRendering, args, terminal);
  return EXIT.ok;
};

async function readPayload(file: string | undefined, { stdin, cwd }: Terminal): Promise<Buffer> {
  if (file !== undefined && file !== '-') {
    return readFile(resolve(cwd, file)).catch((error: unknown) => {
      throw new MeshError('usage', { problem: `the payload cannot be read: ${messageOf(error)}` }, { cause: error });
    });
  }
  if (file === undefined && stdin.isTTY) {
    throw new MeshError('usage', { problem: 'name the file of the payload, or - to read it from standard input' });
  }
  return stdin.read();
}

interface Given {
  readonly body: Buffer;
  readonly event?: string;
  readonly delivery?: string;
}

/** As @octokit/webhooks hands an event on: `{id, name, payload}`. */
const EnvelopeSchema = z.strictObject({ id: z.string().optional(), name: z.string(), payload: z.looseObject({}) });

/** A payload is signed byte for byte as it is given; only what lies in an envelope is written anew. */
function parseGiven(body: Buffer): Given {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    // To send what is no JSON is a way to try the aggregator.
    return { body };
  }
  const envelope = EnvelopeSchema.safeParse(value);
  if (!envelope.success) return { body };
  const { id, name, payload } = envelope.data;
  return { body: Buffer.from(JSON.stringify(payload)), event: name, ...(id !== undefined && { delivery: id }) };
}

async function post(url: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      body: new Uint8Array(body),
      headers,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch (error) {
    throw new MeshError('webhook-unreachable', { url, problem: reasonOf(error) }, { cause: error });
  }
}

/** fetch says only that it failed; why stands in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : messageOf(cause);
}

const AnswerSchema = z.looseObject({
  message: z.string().optional(),
  event_id: z.string().optional(),
  duplicate: z.boolean().optional(),
});

function viewOf(status: number, delivery: string, answer: string): EmittedView {
  let value: unknown = {};
  try {
    value = answer === '' ? {} : JSON.parse(answer);
  } catch {
    // Somebody else's server: its words are shown as they are.
    value = { message: answer.slice(0, 200) };
  }
  const { message, event_id, duplicate } = AnswerSchema.catch({}).parse(value);
  return {
    status,
    delivery,
    ...(event_id !== undefined && { event_id }),
    ...(duplicate !== undefined && { duplicate }),
    message: message ?? (status === 204 ? 'not an event that is taken' : 'taken'),
  };
}
