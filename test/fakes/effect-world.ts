import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import { MeshError } from '../../protocols/errors.ts';
import type { Marker } from '../../protocols/marker.ts';
import type { ConvergingAdapter, Creation, ExactAdapter } from '../../roles/ports/effects.ts';

interface Item {
  readonly id: number;
  readonly target: string;
  readonly key: EffectKey;
  readonly body: unknown;
}

/** How each request to the outside is let through; the default lets it. */
export interface Door {
  /** `act` is what the outside does with it. Whoever calls sees what this resolves or rejects with. */
  pass<T>(what: 'list' | 'write' | 'remove' | 'create', act: () => T): Promise<T>;
}

const OPEN: Door = { pass: async (_what, act) => act() };

/** An outside that keeps whatever it is sent, lists by key as GitHub lists comments, and takes nothing away by itself. */
export class OutsideWorld {
  readonly items: Item[] = [];
  /** Everything ever written, also what was removed. */
  writes = 0;
  lists = 0;

  /** The door differs with each node that knocks. */
  adapter(door: Door = OPEN): ConvergingAdapter {
    return {
      class: 'converging',
      list: (target, key) => door.pass('list', () => this.#list(target, key)),
      write: (target, marker, body) => door.pass('write', () => this.#write(target, marker, body)),
      remove: (_target, id) => door.pass('remove', () => this.#remove(id)),
    };
  }

  /** The same outside with names: a second one of a name is the first. */
  exact(door: Door = OPEN): ExactAdapter {
    return {
      class: 'exact',
      create: (target, marker, body) => door.pass('create', () => this.#create(target, marker, body)),
    };
  }

  with(key: EffectKey): Item[] {
    return this.items.filter((item) => item.key === key);
  }

  #list(target: EffectTarget, key: EffectKey): EffectRef[] {
    this.lists += 1;
    return this.with(key).flatMap((item) => (item.target === placeOf(target) ? [{ id: String(item.id) }] : []));
  }

  #write(target: EffectTarget, { key }: Marker, body: unknown): EffectRef {
    this.writes += 1;
    const id = this.writes;
    this.items.push({ id, target: placeOf(target), key, body });
    return { id: String(id) };
  }

  #remove(id: string): void {
    const at = this.items.findIndex((item) => String(item.id) === id);
    if (at >= 0) this.items.splice(at, 1);
  }

  #create(target: EffectTarget, marker: Marker, body: unknown): Creation {
    const there = this.items.find((item) => item.target === placeOf(target));
    if (there === undefined) return { outcome: 'created', ref: this.#write(target, marker, body) };
    if (there.key !== marker.key) return { outcome: 'conflict', problem: 'somebody else made it' };
    return { outcome: 'exists', ref: { id: String(there.id) } };
  }
}

export function unclear(problem = 'the connection broke'): MeshError {
  return new MeshError('github-unavailable', { request: 'the outside', problem });
}

export function refused(): MeshError {
  return new MeshError('github-refused', { request: 'the outside', status: 422, problem: 'it was told to' });
}

function placeOf(target: EffectTarget): string {
  return JSON.stringify(target);
}
