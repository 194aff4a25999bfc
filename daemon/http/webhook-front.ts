import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { asMeshError, errorOf, MeshError } from '../../protocols/errors.ts';
import type { Delivery, DeliveryRequest, Ingest, Outcome, Source } from '../../roles/ports/ingest.ts';
import type { LabelsOf } from '../../roles/ports/metrics.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import { Deadlines } from './deadlines.ts';
import { PROBLEM_TYPE, problemOf, retryAfterOf } from './problems.ts';
import { type RateLimit, sourceOf } from './rate-limit.ts';
import { rawProblem } from './raw-problem.ts';
import { BodyBudget, type BodyRules, readBody } from './read-body.ts';
import { RefusalLog } from './refusal-log.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From the head to the last byte, milliseconds. */
  readonly deadlineMs: number;
}

export interface WebhookOptions {
  /** Path → who posts there. A path without a secret is left out: it is then not found (T8). */
  readonly paths: Readonly<Record<string, Source>>;
  readonly body: BodyLimits;
  /** Bodies under way at once, all senders together; above it 503. Default 256 MiB. */
  readonly budgetBytes?: number;
}

export interface WebhookParts {
  /** Verifies and reads. */
  readonly read: (request: DeliveryRequest) => Delivery;
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
  readonly #parts: WebhookParts;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #body: BodyRules;
  readonly #refusals: RefusalLog;

  constructor({ paths, body, budgetBytes = BUDGET_BYTES }: WebhookOptions, parts: WebhookParts) {
    this.#parts = parts;
    this.#endpoints = new Map(Object.entries(paths).map(([path, source]) => [path, endpointOf(path, source)]));
    this.#body = {
      maxBytes: body.maxBytes,
      deadlines: new Deadlines(body.deadlineMs, parts.runtime),
      budget: new BodyBudget(budgetBytes),
    };
    this.#refusals = new RefusalLog(parts.runtime);
  }

  /** Bodies under way. */
  get bufferedBytes(): number {
    return this.#body.budget.usedBytes;
  }

  /** `Front` of a server: true when the request is a webhook and will be answered here. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'POST') return false;
    const endpoint = this.#endpoints.get(pathOf(request.url ?? ''));
    if (endpoint === undefined) return false;
    this.#serve({ request, response, endpoint, startedAt: this.#parts.runtime.monotonic() });
    return true;
  };

  #serve(call: Call): void {
    const { request, response } = call;
    const refusal = this.#refusalUnread(request);
    if (refusal !== undefined) {
      this.#refuse(call, refusal);
      return;
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    readBody(request, this.#body, {
      whole: (body) => this.#take(call, body),
      failed: (error) => this.#refuse(call, error),
    });
  }

  /** Everything that can be said before a byte of the body is read. */
  #refusalUnread({ socket, headers }: IncomingMessage): MeshError | undefined {
    const { rate } = this.#parts;
    if (rate !== undefined) {
      const source = sourceOf(socket.remoteAddress);
      const seconds = rate.limited(source);
      if (seconds > 0) return new MeshError('rate-limited', { source, seconds });
    }
    const reason = this.#parts.ingest.closed;
    if (reason !== undefined) return new MeshError('overloaded', { reason });
    const type = headers['content-type'] ?? 'none';
    if (!isJson(type)) return new MeshError('media-type-unsupported', { type });
    const { maxBytes } = this.#body;
    const isLarge = Number(headers['content-length'] ?? 0) > maxBytes;
    return isLarge ? new MeshError('body-too-large', { limit: maxBytes }) : undefined;
  }

  #take(call: Call, body: Buffer): void {
    const { read, ingest, runtime } = this.#parts;
    const { source } = call.endpoint;
    try {
      const headers = textHeaders(call.request.headers);
      const delivery = read({ source, headers, body, receivedAt: runtime.wall() });
      ingest.admit(delivery, source).then(
        (outcome) => this.#settle(call, outcome, body.length),
        (error: unknown) => this.#refuse(call, asMeshError(error)),
      );
    } catch (error) {
      this.#refuse(call, asMeshError(error));
    }
  }

  #settle(call: Call, outcome: Outcome, received: number): void {
    const answer = answerOf(outcome);
    if (answer instanceof MeshError) this.#refuse(call, answer);
    else this.#answer(call, answer, received);
  }

  #refuse(call: Call, error: MeshError): void {
    const { request, response, endpoint } = call;
    this.#refusals.note(error, sourceOf(request.socket.remoteAddress));
    if (!request.complete && response.socket !== null) {
      this.#hangUp(call, error);
      return;
    }
    const retryAfter = retryAfterOf(error);
    const headers = [
      ...['content-type', PROBLEM_TYPE],
      ...(retryAfter === undefined ? [] : ['retry-after', String(retryAfter)]),
      // A pipelined request whose body is not read: nothing after it on this connection can be understood.
      ...(request.complete ? [] : ['connection', 'close']),
    ];
    const text = JSON.stringify(problemOf(error, { instance: endpoint.path }));
    this.#answer(call, { status: error.http, text, headers }, 0);
  }

  /** Says why, and closes without reading the rest. */
  #hangUp(call: Call, error: MeshError): void {
    const { socket } = call.request;
    socket.end(rawProblem(error, call.endpoint.path));
    const cancel = this.#parts.runtime.after(LINGER_MS, () => socket.destroy());
    socket.once('close', cancel);
    this.#measure(call, error.http, 0, 0);
  }

  #answer(call: Call, { status, text, headers }: Answer, received: number): void {
    const { response } = call;
    const length = Buffer.byteLength(text);
    response.writeHead(status, status === 204 ? [] : [...headers, 'content-length', String(length)]);
    response.end(text);
    this.#measure(call, status, received, length);
  }

  #measure({ endpoint, startedAt }: Call, status: number, received: number, sent: number): void {
    const { meter, runtime } = this.#parts;
    const { labels } = endpoint;
    meter.count('http_requests_total', endpoint.labelsOf(status));
    meter.observe('http_request_duration_seconds', (runtime.monotonic() - startedAt) / 1_000, labels);
    meter.observe('http_request_size_bytes', received, labels);
    meter.observe('http_response_size_bytes', sent, labels);
  }
}

type EndpointLabels = LabelsOf<'http_request_size_bytes'>;
type StatusLabels = LabelsOf<'http_requests_total'>;

/** A path, and its labels: made once, because every request asks for them. */
interface Endpoint {
  readonly path: string;
  readonly source: Source;
  readonly labels: EndpointLabels;
  readonly labelsOf: (status: number) => StatusLabels;
}

function endpointOf(path: string, source: Source): Endpoint {
  const labels = { method: 'POST', endpoint: path };
  const byStatus = new Map<number, StatusLabels>();
  const labelsOf = (status: number) => {
    const known = byStatus.get(status) ?? { ...labels, status: String(status) };
    byStatus.set(status, known);
    return known;
  };
  return { path, source, labels, labelsOf };
}

/** What belongs to one request. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly endpoint: Endpoint;
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

function answerOf(outcome: Outcome): Answer | MeshError {
  const headers = JSON_HEADERS;
  switch (outcome.status) {
    case 'accepted':
      return { status: 202, headers, text: `{"message":"accepted","event_id":${JSON.stringify(outcome.eventId)}}` };
    case 'duplicate': {
      const id = JSON.stringify(outcome.eventId);
      return { status: 200, headers, text: `{"message":"already taken in","event_id":${id},"duplicate":true}` };
    }
    case 'ping':
      return { status: 200, headers, text: '{"message":"pong"}' };
    case 'not-ours':
      return { status: 204, headers: [], text: '' };
    case 'refused':
      return errorOf(outcome.code, outcome.facts);
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
