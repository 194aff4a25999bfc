import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Chance } from './chance.ts';

/** What may happen to one connection, in milliseconds. Longer lives mean a quieter network. */
export interface Chaos {
  /** Every chunk comes so much later, one value for each connection. */
  readonly delay: readonly [low: number, high: number];
  /** Mean time until something happens to it. */
  readonly lifeMs: number;
  readonly stall: readonly [low: number, high: number];
  /** How long one direction is closed and the other one open. */
  readonly halfOpenMs: number;
}

export const CHAOS: Chaos = { delay: [0, 8], lifeMs: 15_000, stall: [200, 2_500], halfOpenMs: 2_000 };

/** cut: both ends at once · stall: nothing passes for a while · half: one direction is closed, later the other. */
const FATES = ['cut', 'stall', 'half'] as const;
export type Fate = (typeof FATES)[number];

/** Stands between one node and one peer that it dials. */
export class ChaosProxy {
  readonly #target: number;
  readonly #chance: Chance;
  readonly #chaos: Chaos;
  readonly #server: Server;
  readonly #open = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly counts: Record<Fate | 'connections', number> = { connections: 0, cut: 0, stall: 0, half: 0 };
  #calm = false;

  constructor(target: number, parts: { readonly chance: Chance; readonly chaos?: Chaos }) {
    this.#target = target;
    this.#chance = parts.chance;
    this.#chaos = parts.chaos ?? CHAOS;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#join(socket));
  }

  /** Resolves with the port to dial. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** From now on it only delays. */
  calm(): void {
    this.#calm = true;
  }

  close(): void {
    this.calm();
    this.#server.close();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const destroy of this.#open) destroy();
  }

  #join(caller: Socket): void {
    this.counts.connections += 1;
    const target = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const destroy = () => {
      caller.destroy();
      target.destroy();
      this.#open.delete(destroy);
    };
    this.#open.add(destroy);
    const link = new Link(caller, target, this.#chance.between(...this.#chaos.delay), destroy);
    this.#awaitFate(link);
  }

  #awaitFate(link: Link): void {
    this.#later(this.#chance.around(this.#chaos.lifeMs), () => {
      if (this.#calm || link.isGone) return;
      const fate = this.#chance.pick(FATES);
      this.counts[fate] += 1;
      this.#befall(fate, link);
    });
  }

  #befall(fate: Fate, link: Link): void {
    switch (fate) {
      case 'cut':
        link.destroy();
        return;
      case 'stall':
        link.pause();
        this.#later(this.#chance.between(...this.#chaos.stall), () => {
          link.resume();
          this.#awaitFate(link);
        });
        return;
      case 'half':
        link.closeOneWay(this.#chance.next() < 0.5);
        this.#later(this.#chaos.halfOpenMs, () => link.destroy());
        return;
    }
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}

/** Two sockets, each of which hands what it reads to the other a little later. */
class Link {
  readonly #ends: readonly [Socket, Socket];
  readonly #delay: number;
  readonly destroy: () => void;
  #isPaused = false;
  #dropped: Socket | undefined;

  constructor(caller: Socket, target: Socket, delay: number, destroy: () => void) {
    this.#ends = [caller, target];
    this.#delay = delay;
    this.destroy = destroy;
    this.#forward(caller, target);
    this.#forward(target, caller);
  }

  get isGone(): boolean {
    return this.#ends.some(({ destroyed }) => destroyed);
  }

  pause(): void {
    this.#isPaused = true;
    for (const end of this.#ends) end.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const end of this.#ends) end.resume();
  }

  /** One side hears the end of the other, which goes on sending into nothing. */
  closeOneWay(callerIsDropped: boolean): void {
    const [caller, target] = this.#ends;
    this.#dropped = callerIsDropped ? caller : target;
    (callerIsDropped ? target : caller).end();
  }

  #forward(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#dropped === from) return;
      setTimeout(() => this.#write(chunk, from, to), this.#delay);
    });
    from.once('end', () => setTimeout(() => to.end(), this.#delay));
    from.once('error', this.destroy);
    from.once('close', this.destroy);
  }

  #write(chunk: Buffer, from: Socket, to: Socket): void {
    if (to.destroyed || to.writableEnded || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => {
      if (!this.#isPaused) from.resume();
    });
  }
}
