import { createHmac, randomUUID } from 'node:crypto';
import { type Answer, type Ask, accountOf, type Json, LabProblem, ok, type Routes, textOf } from './router.ts';

/** A webhook of the whole lab: what happens in any of its repositories is sent there. */
export interface LabHook {
  readonly url: string;
  readonly secret: string;
}

interface Try {
  readonly id: number;
  readonly hook: number;
  readonly guid: string;
  readonly delivered_at: string;
  readonly redelivery: boolean;
  readonly duration: number;
  readonly status: string;
  readonly status_code: number;
  readonly event: string;
  readonly action: string | null;
  readonly body: string;
}

/** GitHub waits no longer for an answer. https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/troubleshooting-webhooks */
const DEADLINE_MS = 10_000;

/**
 * Gap: deliveries have whole numbers instead of GUIDs, and none is made again.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
 * https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook
 * https://docs.github.com/rest/repos/webhooks#redeliver-a-delivery-for-a-repository-webhook
 */
export class Deliveries {
  readonly #hooks: LabHook[] = [];
  readonly #tries: Try[] = [];
  readonly #stopping = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();

  /** @returns its number, as in `/repos/{owner}/{repo}/hooks/{hook_id}` */
  hook(hook: LabHook): number {
    return this.#hooks.push(hook);
  }

  /** Every try so far, the oldest first. */
  get tries(): readonly { event: string; action: string | null; status_code: number; guid: string; body: string }[] {
    return this.#tries;
  }

  /** Nothing is sent before `until` is settled: an event is told when what it tells has become true. */
  hold(until: Promise<unknown>): void {
    this.#queue = this.#queue.then(() => until).catch(() => {});
  }

  /** Sends it to every hook, after whatever was sent before. */
  send(event: string, payload: () => Promise<Json>): void {
    this.sendAs(async () => ({ event, payload: await payload() }));
  }

  /** As `send`, unless there is nothing to tell when its turn comes. */
  sendIf(event: string, payload: () => Promise<Json | undefined>): void {
    this.sendAs(async () => {
      const told = await payload();
      return told && { event, payload: told };
    });
  }

  /** As `send`, where what it is shows only when its turn comes. */
  sendAs(what: () => Promise<{ event: string; payload: Json } | undefined>): void {
    this.#queue = this.#queue.then(async () => {
      const told = await what();
      if (told === undefined) return;
      const { event, payload } = told;
      const body = JSON.stringify(payload);
      const guid = randomUUID();
      for (const i of this.#hooks.keys()) await this.#try(i + 1, { guid, event, body, redelivery: false });
    });
    // What cannot be told any more (a branch that is gone meanwhile) stops nothing else.
    this.#queue = this.#queue.catch(() => {});
  }

  /** What GitHub's owner, or a sweeper, does: makes again whatever no try of brought a 2xx. */
  again(): void {
    this.#queue = this.#queue.then(async () => {
      const isTaken = ({ status_code: code }: Try) => code >= 200 && code < 300;
      const taken = new Set(this.#tries.filter(isTaken).map(nameOf));
      const newest = new Map(this.#tries.map((each) => [nameOf(each), each]));
      for (const [name, each] of newest) {
        if (!taken.has(name)) await this.#try(each.hook, { ...each, redelivery: true });
      }
    });
  }

  /** Resolves when all that was sent so far has been answered. */
  async idle(): Promise<void> {
    for (let queue: unknown; queue !== this.#queue; ) {
      queue = this.#queue;
      await this.#queue.catch(() => {});
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.idle();
  }

  routes(): Routes {
    const list: Routes[string] = (ask) => {
      accountOf(ask);
      const hook = Number(ask.params.hook_id ?? 1);
      const before = Number((ask.url.searchParams.get('cursor') ?? '').replace('v1_', '')) || Number.POSITIVE_INFINITY;
      const found = this.#tries.filter((each) => each.hook === hook && each.id < before).toReversed();
      return byCursor(ask, found.map(shown));
    };
    const redeliver: Routes[string] = (ask) => {
      accountOf(ask);
      const found = this.#tries.find(({ id }) => String(id) === ask.params.delivery_id);
      if (found === undefined) throw new LabProblem(404, 'Not Found');
      // GitHub answers first and delivers then.
      this.#queue = this.#queue.then(() => this.#try(found.hook, { ...found, redelivery: true }));
      return ok({}, 202);
    };
    const below = ['/repos/{owner}/{repo}/hooks/{hook_id}', '/orgs/{org}/hooks/{hook_id}', '/app/hook'];
    return Object.fromEntries(
      below.flatMap((path) => [
        [`GET ${path}/deliveries`, list],
        [`POST ${path}/deliveries/{delivery_id}/attempts`, redeliver],
      ]),
    );
  }

  async #try(hook: number, of: { guid: string; event: string; body: string; redelivery: boolean }): Promise<void> {
    const { url = '', secret = '' } = this.#hooks[hook - 1] ?? {};
    const { guid, event, body, redelivery } = of;
    const began = performance.now();
    const code = await this.#post(url, body, {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    });
    this.#tries.push({
      ...{ id: this.#tries.length + 1, hook, guid, event, body, redelivery },
      delivered_at: new Date().toISOString(),
      duration: (performance.now() - began) / 1_000,
      status: code === 0 ? 'failed to connect' : code < 300 ? 'OK' : `Invalid HTTP Response: ${code}`,
      status_code: code,
      action: textOf(JSON.parse(body).action) || null,
    });
  }

  async #post(url: string, body: string, headers: Record<string, string>): Promise<number> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DEADLINE_MS)]);
    try {
      const response = await fetch(url, { method: 'POST', body, headers, signal });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }
}

function nameOf({ hook, guid }: Try): string {
  return `${hook} ${guid}`;
}

/** Deliveries have cursors instead of pages: https://docs.github.com/rest/repos/webhooks#list-deliveries-for-a-repository-webhook */
function byCursor({ url }: Ask, all: readonly ReturnType<typeof shown>[]): Answer {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30));
  const json = all.slice(0, size);
  if (all.length <= size) return { status: 200, json };
  const next = new URL(url);
  next.searchParams.set('cursor', `v1_${json.at(-1)?.id}`);
  return { status: 200, json, headers: { link: `<${next}>; rel="next"` } };
}

function shown({ hook: _hook, body: _body, ...rest }: Try) {
  return { ...rest, installation_id: null, repository_id: 1 };
}
