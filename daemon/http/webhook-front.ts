import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { asMeshError, errorOf, MeshError } from '../../protocols/errors.ts';
import type { Delivery, DeliveryRequest, Ingest, Outcome, Source } from '../../roles/ports/ingest.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import { PROBLEM_TYPE, problemOf, retryAfterOf } from './problems.ts';
import { type RateLimit, sourceOf } from './rate-limit.ts';
import { rawProblem } from './raw-problem.ts';
import { BodyBudget, type BodyLimits, readBody } from './read-body.ts';
import { RefusalLog } from './refusal-log.ts';

export interface WebhookOptions {
  /** Path → who posts there. A path without a secret is left out: it is then not found (T8). */
  readonly paths: Readonly<Record<string, Source>>;
  readonly body: BodyLimits;
  /** Bodies under way at once, all senders together; above it 503. Default 256 MiB. */
  readonly budgetBytes?: number;
}

export interface WebhookParts {
  /** Verifies and reads: in this thread, or in a worker. */
  readonly read: (request: DeliveryRequest) => Delivery | Promise<Delivery>;
  readonly ingest: Pick<Ingest, 'admit' | 'closed'>;
  /** Without it senders are not limited. */
  readonly rate?: RateLimit;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

const BUDGET_BYTES = 256 * 1024 * 1024;
/** How long a refused sender may take to read its answer: closing with unread bytes would take it away from him. */
const LINGER_MS = 1_000;

/** Takes webhooks in before any framework sees them: each is one body, one check, one synced record. */
export class WebhookFront {
  readonly #options: WebhookOptions;
  readonly #parts: WebhookParts;
  readonly #paths: ReadonlyMap<string, Source>;
  readonly #budget: BodyBudget;
  readonly #refusals: RefusalLog;

  constructor(options: WebhookOptions, parts: WebhookParts) {
    this.#options = options;
    this.#parts = parts;
    this.#paths = new Map(Object.entries(options.paths));
    this.#budget = new BodyBudget(options.budgetBytes ?? BUDGET_BYTES);
    this.#refusals = new RefusalLog(parts.runtime);
  }

  /** Bodies under way. */
  get bufferedBytes(): number {
    return this.#budget.usedBytes;
  }

  /** `Front` of a server: true when the request is a webhook and will be answered here. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'POST') return false;
    const endpoint = pathOf(request.url ?? '');
    const source = this.#paths.get(endpoint);
    if (source === undefined) return false;
    void this.#serve(request, response, { endpoint, source, startedAt: this.#parts.runtime.monotonic() });
    return true;
  };

  async #serve(request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
    try {
      this.#refuseUnread(request);
      if (request.headers.expect !== undefined) response.writeContinue();
      const body = await readBody(request, this.#options.body, this.#budget);
      // Undefined: the sender left before its last byte.
      if (body !== undefined) await this.#take(request, response, body, call);
    } catch (error) {
      this.#refuse(request, response, asMeshError(error), call);
    }
  }

  /** Everything that can be said before a byte of the body is read. */
  #refuseUnread({ socket, headers }: IncomingMessage): void {
    const { rate } = this.#parts;
    if (rate !== undefined) {
      const source = sourceOf(socket.remoteAddress);
      const seconds = rate.limited(source);
      if (seconds > 0) throw new MeshError('rate-limited', { source, seconds });
    }
    const reason = this.#parts.ingest.closed;
    if (reason !== undefined) throw new MeshError('overloaded', { reason });
    const type = headers['content-type'] ?? 'none';
    if (!isJson(type)) throw new MeshError('media-type-unsupported', { type });
    const { maxBytes } = this.#options.body;
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw new MeshError('body-too-large', { limit: maxBytes });
  }

  async #take(request: IncomingMessage, response: ServerResponse, body: Buffer, call: Call): Promise<void> {
    const { read, ingest, runtime } = this.#parts;
    const { source } = call;
    const headers = textHeaders(request.headers);
    // A reader in another thread takes the bytes with it.
    const received = body.length;
    const delivery = await read({ source, headers, body, receivedAt: runtime.wall() });
    const { status, text } = answerOf(await ingest.admit(delivery, source));
    this.#answer(response, { status, text, headers: JSON_HEADERS }, call, received);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: MeshError, call: Call): void {
    this.#refusals.note(error, sourceOf(request.socket.remoteAddress));
    if (!request.complete && response.socket !== null) {
      this.#hangUp(request, error, call);
      return;
    }
    const retryAfter = retryAfterOf(error);
    const headers = [
      ...['content-type', PROBLEM_TYPE],
      ...(retryAfter === undefined ? [] : ['retry-after', String(retryAfter)]),
      // A pipelined request whose body is not read: nothing after it on this connection can be understood.
      ...(request.complete ? [] : ['connection', 'close']),
    ];
    const text = JSON.stringify(problemOf(error, { instance: call.endpoint }));
    this.#answer(response, { status: error.http, text, headers }, call, 0);
  }

  /** Says why, and closes without reading the rest. */
  #hangUp({ socket }: IncomingMessage, error: MeshError, call: Call): void {
    socket.end(rawProblem(error, call.endpoint));
    const cancel = this.#parts.runtime.after(LINGER_MS, () => socket.destroy());
    socket.once('close', cancel);
    this.#measure(error.http, call, 0, 0);
  }

  #answer(response: ServerResponse, { status, text, headers }: Answer, call: Call, received: number): void {
    const length = Buffer.byteLength(text);
    response.writeHead(status, status === 204 ? [] : [...headers, 'content-length', String(length)]);
    response.end(text);
    this.#measure(status, call, received, length);
  }

  #measure(status: number, { endpoint, startedAt }: Call, received: number, sent: number): void {
    const { meter, runtime } = this.#parts;
    const labels = { method: 'POST', endpoint };
    meter.count('http_requests_total', { ...labels, status: String(status) });
    meter.observe('http_request_duration_seconds', (runtime.monotonic() - startedAt) / 1_000, labels);
    meter.observe('http_request_size_bytes', received, labels);
    meter.observe('http_response_size_bytes', sent, labels);
  }
}

/** What belongs to one request. */
interface Call {
  readonly endpoint: string;
  readonly source: Source;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

const JSON_HEADERS = ['content-type', 'application/json'] as const;

function answerOf(outcome: Outcome): { readonly status: number; readonly text: string } {
  switch (outcome.status) {
    case 'accepted':
      return { status: 202, text: `{"message":"accepted","event_id":${JSON.stringify(outcome.eventId)}}` };
    case 'duplicate':
      return {
        status: 200,
        text: `{"message":"already taken in","event_id":${JSON.stringify(outcome.eventId)},"duplicate":true}`,
      };
    case 'ping':
      return { status: 200, text: '{"message":"pong"}' };
    case 'not-ours':
      return { status: 204, text: '' };
    case 'refused':
      throw errorOf(outcome.code, outcome.facts);
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function isJson(type: string): boolean {
  return type === 'application/json' || /^application\/json *(;|$)/i.test(type);
}

/** Node gives one header as a list: `set-cookie`, which a webhook has no use for. */
function textHeaders(headers: IncomingHttpHeaders): DeliveryRequest['headers'] {
  if (hasOnlyTexts(headers)) return headers;
  const { 'set-cookie': _, ...texts } = headers;
  return hasOnlyTexts(texts) ? texts : {};
}

function hasOnlyTexts(headers: IncomingHttpHeaders): headers is Record<string, string | undefined> {
  return headers['set-cookie'] === undefined;
}
