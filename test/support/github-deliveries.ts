import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Octokit } from '@octokit/core';
import { postWebhook, type Webhook } from './github.ts';

const byTypes = (octokit: Octokit) =>
  octokit.request('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', { owner: '', repo: '', hook_id: 0 });

/** One try as GitHub lists it; its ids are of today: beyond what a JavaScript number holds. */
export type ListedDelivery = Omit<Awaited<ReturnType<typeof byTypes>>['data'][number], 'id'> & { readonly id: bigint };

interface Try extends ListedDelivery {
  readonly webhook: Webhook;
}

export interface DeliveryServerOptions {
  /** Where its webhook points to, and the secret it signs with. */
  readonly url: string;
  readonly secret: string;
  /** The token it wants. */
  readonly token: string;
  /** Default 30, as GitHub has it. */
  readonly perPage?: number;
}

export interface DeliverOptions {
  /** It is listed as if it had been made so many milliseconds ago. */
  readonly ago?: number;
  /** What something between GitHub and the node answered, before the node saw it. */
  readonly answered?: number;
}

const HOOKS = /^\/(?:repos\/acme\/app\/hooks\/77|orgs\/acme\/hooks\/77|app\/hook)\/deliveries(?:\/(\d+)\/attempts)?$/;
const FIRST_ID = 210_811_060_417_789_953n;

/**
 * The part of GitHub that remembers deliveries of a webhook and makes them again, which stand-ins for GitHub lack:
 * https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook
 * https://docs.github.com/rest/repos/webhooks#redeliver-a-delivery-for-a-repository-webhook
 * https://docs.github.com/rest/orgs/webhooks · https://docs.github.com/rest/apps/webhooks (the same below other paths)
 */
export class DeliveryServer {
  readonly #tries: Try[] = [];
  readonly #server = createServer((request, response) => {
    const { status, headers, json } = this.#answer(
      request.method ?? '',
      request.url ?? '',
      request.headers.authorization,
    );
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(json);
  });
  #options: DeliveryServerOptions = { url: '', secret: '', token: '' };
  /** Paths with their queries, in the order they were asked for. */
  readonly asked: string[] = [];
  /** Everything fails with it while it is set. */
  failure: number | undefined;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  configure(options: DeliveryServerOptions): void {
    this.#options = options;
  }

  /** Every try, the oldest first. */
  get tries(): readonly ListedDelivery[] {
    return this.#tries;
  }

  /** Makes a delivery once, whatever becomes of it. Resolves with its guid when it has been answered, or could not be made. */
  async deliver(webhook: Webhook, { ago = 0, answered }: DeliverOptions = {}): Promise<string> {
    const guid = randomUUID();
    await this.#attempt(guid, webhook, { at: Date.now() - ago, redelivery: false, ...(answered && { answered }) });
    return guid;
  }

  async #attempt(guid: string, webhook: Webhook, how: { at: number; redelivery: boolean; answered?: number }) {
    const { url, secret } = this.#options;
    const began = performance.now();
    const code = how.answered ?? (await statusOf(postWebhook(url, secret, webhook, guid)));
    this.#tries.push({
      id: FIRST_ID + BigInt(this.#tries.length),
      guid,
      delivered_at: new Date(how.at).toISOString(),
      redelivery: how.redelivery,
      duration: (performance.now() - began) / 1_000,
      status: code === 0 ? 'failed to connect' : code < 300 ? 'OK' : `Invalid HTTP Response: ${code}`,
      status_code: code,
      event: webhook.event,
      action: String(Object(webhook.payload).action ?? ''),
      installation_id: null,
      repository_id: 1,
      webhook,
    });
  }

  #answer(method: string, url: string, authorization: string | undefined) {
    const { pathname, searchParams } = new URL(url, this.url);
    this.asked.push(`${method} ${url}`);
    if (this.failure !== undefined) return problem(this.failure, 'Oops');
    const isKnown = authorization === `token ${this.#options.token}` || /^bearer .+\..+\./.test(authorization ?? '');
    if (!isKnown) return problem(401, 'Bad credentials');
    const match = HOOKS.exec(pathname);
    if (match === null) return problem(404, 'Not Found');
    if (method === 'GET' && match[1] === undefined) return this.#list(pathname, searchParams);
    if (method === 'POST' && match[1] !== undefined) return this.#redeliver(BigInt(match[1]));
    return problem(404, 'Not Found');
  }

  #list(pathname: string, query: URLSearchParams) {
    const size = Math.min(Number(query.get('per_page') ?? 30), this.#options.perPage ?? 30);
    const before = query.get('cursor')?.replace('v1_', '');
    const newestFirst = this.#tries.toReversed().filter(({ id }) => before === undefined || id < BigInt(before));
    const page = newestFirst.slice(0, size);
    const next = new URLSearchParams({ per_page: String(size), cursor: `v1_${page.at(-1)?.id}` });
    const link = `<${this.url}${pathname}?${next}>; rel="next"`;
    const more = newestFirst.length > size;
    return { status: 200, headers: more ? { link } : {}, json: `[${page.map(toJson).join(',')}]` };
  }

  #redeliver(id: bigint) {
    const found = this.#tries.find((each) => each.id === id);
    if (found === undefined) return problem(404, 'Not Found');
    // GitHub answers first and delivers then.
    setImmediate(() => void this.#attempt(found.guid, found.webhook, { at: Date.now(), redelivery: true }));
    return { status: 202, headers: {}, json: '{}' };
  }
}

async function statusOf(posting: Promise<{ readonly status: number }>): Promise<number> {
  return posting.then(({ status }) => status).catch(() => 0);
}

/** A bigint is a number of any length in JSON. */
function toJson({ id, webhook: _, ...rest }: Try): string {
  return JSON.stringify({ id: '@', ...rest }).replace('"@"', String(id));
}

function problem(status: number, message: string) {
  const json = JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest', status: String(status) });
  return { status, headers: {}, json };
}
