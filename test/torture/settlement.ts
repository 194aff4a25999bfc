import { setTimeout as delay } from 'node:timers/promises';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { eventIdOf } from '../../protocols/ids.ts';

/** `EventLine.state` of what has an outcome. */
const ENDED: ReadonlySet<string> = new Set(['done', 'partly', 'dead']);
const AGAIN_MS = 200;
/** Stories asked for at once. */
const WIDTH = 8;

/** Knows which events have an outcome: the orchestrators tell, and what they told nobody while they were down is asked for. */
export class Settlement {
  readonly #mesh: DevMesh;
  readonly #tellers: readonly string[];
  readonly #ended = new Set<string>();
  readonly #stop = new AbortController();

  constructor(mesh: DevMesh, tellers: readonly string[]) {
    this.#mesh = mesh;
    this.#tellers = tellers;
  }

  follow(): void {
    for (const name of this.#tellers) void this.#listen(name);
  }

  stop(): void {
    this.#stop.abort();
  }

  open(deliveries: readonly string[]): string[] {
    return deliveries.filter((delivery) => !this.#ended.has(eventIdOf('github', delivery)));
  }

  /** Asks for the outcome of those that nobody told, once; returns those that are still open. */
  async ask(deliveries: readonly string[]): Promise<string[]> {
    const left = this.open(deliveries);
    for (let at = 0; at < left.length; at += WIDTH) {
      await Promise.all(left.slice(at, at + WIDTH).map((delivery) => this.#askOne(eventIdOf('github', delivery))));
    }
    return this.open(left);
  }

  /** Resolves with what is still open when all have an outcome, or the time is up. */
  async wait(deliveries: readonly string[], deadlineMs: number): Promise<string[]> {
    const until = performance.now() + deadlineMs;
    let open = this.open(deliveries);
    while (open.length > 0 && performance.now() < until) {
      await delay(AGAIN_MS / 4);
      open = await this.ask(open);
    }
    return open;
  }

  async #askOne(id: string): Promise<void> {
    for (const name of this.#tellers) {
      const story = await this.#mesh
        .client(name)
        .explain(id)
        .catch(() => undefined);
      if (story?.settled === undefined) continue;
      this.#ended.add(id);
      return;
    }
  }

  async #listen(name: string): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        for await (const { eventId, state } of this.#mesh.client(name).tail({}, signal)) {
          if (ENDED.has(state)) this.#ended.add(eventId);
        }
      } catch {
        // It was killed; it is listened to again once it is back.
      }
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
