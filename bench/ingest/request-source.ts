import { createHmac } from 'node:crypto';
import { choosePayloads } from './payloads.ts';

export interface SourceOptions {
  readonly host: string;
  readonly path: string;
  readonly secret: string;
  /** Makes the delivery ids of this run unlike those of any other. */
  readonly run: string;
}

/** One webhook, ready to be written: head and the part of the body that is its own, then the part it shares. */
export interface Prepared {
  readonly delivery: string;
  readonly own: Buffer;
  readonly shared: Buffer;
}

/**
 * Signed webhooks, each with a delivery id and a body of its own: the same body again is a repeat by its signature and would
 * not be stored. What is prepared before the clock starts costs nothing while it runs.
 */
export class RequestSource {
  readonly #options: SourceOptions;
  readonly #templates: readonly { event: string; shared: Buffer }[];
  readonly #prepared: Prepared[] = [];
  readonly #statuses = new Map<number, number>();
  #acknowledged: string[] = [];
  #made = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
    // A field of our own goes before the first one: `{"bench":"<delivery>",` + the rest of the object.
    this.#templates = choosePayloads().map(({ event, json }) => ({ event, shared: Buffer.from(json.slice(1)) }));
  }

  prepare(count: number): void {
    while (this.#prepared.length < count) this.#prepared.push(this.#make());
    // Taken from the end, so turned round to be sent in the order in which they were made.
    this.#prepared.reverse();
  }

  next(): Prepared {
    return this.#prepared.pop() ?? this.#make();
  }

  answered(status: number, { delivery }: Prepared): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (status === 202) this.#acknowledged.push(delivery);
  }

  /** What came before the measurement does not count, but what was acknowledged stays acknowledged. */
  forget(): void {
    this.#statuses.clear();
  }

  outcome(withIds: boolean) {
    return { statuses: Object.fromEntries(this.#statuses), acknowledged: withIds ? this.#acknowledged : [] };
  }

  #make(): Prepared {
    const { host, path, secret, run } = this.#options;
    const number = this.#made++;
    const template = this.#templates[number % this.#templates.length];
    if (template === undefined) throw new Error('there are no payloads');
    const { event, shared } = template;
    const delivery = `${run}-${number}`;
    const field = `{"bench":"${delivery}",`;
    const signature = createHmac('sha256', secret).update(field).update(shared).digest('hex');
    const head =
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: GitHub-Hookshot/044aadd\r\nAccept: */*\r\n` +
      `Content-Type: application/json\r\nX-GitHub-Event: ${event}\r\nX-GitHub-Delivery: ${delivery}\r\n` +
      `X-GitHub-Hook-ID: 292430182\r\nX-GitHub-Hook-Installation-Target-ID: 79929171\r\n` +
      `X-GitHub-Hook-Installation-Target-Type: repository\r\nX-Hub-Signature-256: sha256=${signature}\r\n` +
      `Content-Length: ${field.length + shared.length}\r\n\r\n`;
    return { delivery, own: Buffer.from(head + field, 'latin1'), shared };
  }
}
