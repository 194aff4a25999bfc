import type { Account } from './accounts.ts';
import type { BareRepository, Moved } from './bare-repository.ts';
import type { Deliveries } from './deliveries.ts';
import type { Answer, Json } from './router.ts';

/** What the files of the gaps share. */
export interface LabParts {
  /** Where the lab is seen: every address in an answer begins with it. */
  readonly url: string;
  readonly deliveries: Deliveries;
  /** @throws LabProblem 404 */
  repository(name: string): BareRepository;
  /** Asks `emulate`, as somebody. */
  emulate(as: Account, method: string, path: string, body?: Json): Promise<Answer>;
  /** Tells what follows from refs that moved: webhooks, pull requests. */
  moved(repository: BareRepository, by: Account, refs: readonly Moved[]): Promise<void>;
}

/** Sends JSON to `emulate` and reads its answer, with its address made the lab's. */
export class Emulated {
  readonly #from: string;
  readonly #to: () => string;

  constructor(from: string, to: () => string) {
    this.#from = from;
    this.#to = to;
  }

  async ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: Uint8Array | string,
  ): Promise<Answer> {
    const response = await fetch(`${this.#from}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && method !== 'GET' && method !== 'HEAD' && { body }),
    });
    const text = (await response.text()).replaceAll(this.#from, this.#to());
    const link = response.headers.get('link')?.replaceAll(this.#from, this.#to());
    const json = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, json, ...(link && { headers: { link } }) };
  }

  /** Of a body of a webhook. */
  readdressed(text: string): string {
    return text.replaceAll(this.#from, this.#to());
  }
}
