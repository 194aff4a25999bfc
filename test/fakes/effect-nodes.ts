import { effectKey } from '../../protocols/effects.ts';
import { eventIdOf, type PeerId, type Position, slotOf } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import { type Assembled, assembleEffects } from '../../roles/effects/assemble.ts';
import type { EffectLedger } from '../../roles/effects/ledger.ts';
import type { Effect } from '../../roles/ports/effects.ts';
import type { Committed, Journal } from '../../roles/ports/journal.ts';
import type { Range, TableName, Tables } from '../../roles/ports/tables.ts';
import { EFFECTS } from '../../roles/replica/project-effects.ts';
import { getRow } from '../../roles/replica/rows.ts';
import { epochNumber, peerNamed } from './cards.ts';
import { type Door, OutsideWorld, unclear } from './effect-world.ts';
import { countingMeter, ManualClock, manualRuntime, seeded } from './manual-runtime.ts';

export const EFFECT: Omit<Effect, 'isRepeat'> = {
  eventId: eventIdOf('github', 'event-1'),
  slot: slotOf('security-general'),
  name: 'result',
  kind: 'comment',
  target: { repository: 'acme/app', number: 7 },
  body: 'looked at it',
  hops: 1,
};
export const KEY = effectKey(EFFECT.eventId, EFFECT.slot, EFFECT.name);

interface Stored {
  readonly position: Position;
  readonly record: MeshRecord;
}

/** What a node keeps through a crash: its log, with the records of others that came. */
class Memory implements Tables {
  readonly stored: Stored[] = [];
  readonly #rows = new Map<string, string>();

  add(stored: Stored): void {
    this.stored.push(stored);
    const reader = { get: <T extends TableName>(table: T, key: string) => getRow(this, table, key) };
    const { position, record } = stored;
    for (const { key, value } of EFFECTS.project({ position, decoded: { ok: true, record }, mine: true }, reader)) {
      this.#rows.set(key, JSON.stringify(value));
    }
  }

  get(_table: TableName, key: string): unknown {
    const row = this.#rows.get(key);
    return row === undefined ? undefined : JSON.parse(row);
  }

  async range(_table: TableName, _range?: Range) {
    return [...this.#rows].map(([key, row]) => [key, JSON.parse(row)] as const);
  }
}

/** Where a step that is about to happen is ended by the death of who takes it. */
export type Death = 'before' | 'after' | 'late';

interface Step {
  readonly node: Node;
  readonly boot: number;
  readonly what: string;
  /** Does it. `isHeard`: whoever asked learns of it. */
  readonly take: (isHeard: boolean) => void;
}

interface Node {
  readonly name: string;
  readonly peer: PeerId;
  readonly memory: Memory;
  boot: number;
  isUp: boolean;
  isDone: boolean;
  assembled: Assembled | undefined;
  listeners: ((entries: readonly Committed[]) => void)[];
}

export interface StepsOptions {
  readonly seed: number;
  /** Kills who takes the step of that number, counted over all nodes from 0. */
  readonly deaths?: ReadonlyMap<number, Death>;
  /** Records of others arrive. Default true; `heal` sends what was held back. */
  readonly isConnected?: boolean;
  /** Share of writes whose sender is told of a broken connection, 0–1; half of those arrive. */
  readonly broken?: number;
  /** Something else than the log to remember by. */
  readonly ledger?: (node: string) => EffectLedger | undefined;
}

/** How long after the death of its sender a request still arrives. */
const LATE_MS = 8_000;

/**
 * Two nodes that were both given the same work, and one outside. Everything they do outside themselves, each record and each
 * request, is one step; the seed chooses whose is next, so that every interleaving can happen, and a death ends a node between
 * any two of them.
 */
export class EffectNodes {
  readonly world = new OutsideWorld();
  readonly #options: StepsOptions;
  readonly #clock = new ManualClock();
  readonly #random: () => number;
  readonly #nodes: Node[];
  readonly #steps: Step[] = [];
  #isConnected: boolean;
  /** Steps taken. */
  taken = 0;
  readonly trace: string[] = [];

  constructor(options: StepsOptions) {
    this.#options = options;
    this.#isConnected = options.isConnected ?? true;
    this.#random = seeded(options.seed);
    this.#nodes = ['one', 'two'].map((name) => ({
      name,
      peer: peerNamed(name),
      memory: new Memory(),
      boot: 0,
      isUp: false,
      isDone: false,
      assembled: undefined,
      listeners: [],
    }));
  }

  /** Both begin at once; whoever dies comes back; then the mesh is whole again, and time passes. */
  async run(): Promise<void> {
    for (const node of this.#nodes) await this.#boot(node);
    await this.#quiet();
    this.#heal();
    await this.#quiet();
  }

  /** What each node would say of the key. */
  standings(): (string | undefined)[] {
    return this.#nodes.map(({ memory }) => {
      const effects = memory.stored.flatMap(({ record }) => (record.type === 'effect' ? [record] : []));
      return effects.at(-1)?.ref.id;
    });
  }

  async #boot(node: Node): Promise<void> {
    node.boot += 1;
    node.isUp = true;
    node.listeners = [];
    const { boot } = node;
    const journal: Journal = {
      epoch: epochNumber(boot),
      append: (record) => this.#step(node, record.type, () => this.#append(node, record)),
      onCommit: (listener) => void node.listeners.push(listener),
      read: async () => undefined,
    };
    const door: Door = { pass: (what, act) => this.#step(node, what, act) };
    const runtime = manualRuntime({ seed: this.#options.seed + boot, clock: this.#clock });
    const after = (ms: number, run: () => void) => runtime.after(ms, () => this.#lives(node, boot) && run());
    const ledger = this.#options.ledger?.(node.name);
    node.assembled = assembleEffects(
      { self: node.peer },
      {
        adapters: { comment: this.world.adapter(door) },
        journal,
        tables: node.memory,
        runtime: { ...runtime, after },
        meter: countingMeter(),
        ...(ledger && { ledger }),
      },
    );
    await node.assembled.start();
    if (!node.isDone) void this.#work(node, boot);
  }

  async #work(node: Node, boot: number): Promise<void> {
    const effect = { ...EFFECT, isRepeat: boot > 1 };
    try {
      await node.assembled?.desk.perform(effect, new AbortController().signal);
      node.isDone = true;
    } catch {
      // What was unclear too often fails the execution; the task begins another.
      this.#clock.after(1_000, () => this.#lives(node, boot) && void this.#work(node, boot));
    }
  }

  #lives(node: Node, boot: number): boolean {
    return node.isUp && node.boot === boot;
  }

  #step<T>(node: Node, what: string, act: () => T): Promise<T> {
    const { boot } = node;
    return new Promise((resolve, reject) => {
      const take = (isHeard: boolean) => {
        if (what === 'write' && isHeard && this.#random() < (this.#options.broken ?? 0)) {
          const fate = this.#random();
          if (fate < 0.5) act();
          else if (fate < 0.75) this.#clock.after(LATE_MS, act);
          reject(unclear());
          return;
        }
        const value = act();
        if (isHeard) resolve(value);
      };
      if (this.#lives(node, boot)) this.#steps.push({ node, boot, what, take });
    });
  }

  #append(node: Node, record: MeshRecord): Position {
    const own = node.memory.stored.filter(({ position }) => position.origin === node.peer);
    const stored = { position: { origin: node.peer, epoch: epochNumber(node.boot), seq: own.length }, record };
    node.memory.add(stored);
    this.#tell(node, stored);
    if (this.#isConnected) this.#send(node, [stored]);
    return stored.position;
  }

  #send(node: Node, stored: readonly Stored[]): void {
    for (const other of this.#nodes) {
      if (other === node) continue;
      for (const each of stored) {
        const arrive = () => {
          other.memory.add(each);
          this.#tell(other, each);
        };
        // Replication has its own life: it is a step of nobody who can die here.
        this.#clock.after(Math.floor(this.#random() * 2_000), arrive);
      }
    }
  }

  #tell(node: Node, { position, record }: Stored): void {
    const own = position.origin === node.peer;
    if (node.isUp) for (const listener of node.listeners) listener([{ position, decoded: { ok: true, record }, own }]);
  }

  #heal(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    for (const node of this.#nodes) {
      this.#send(
        node,
        node.memory.stored.filter(({ position }) => position.origin === node.peer),
      );
    }
  }

  /** Takes steps until none is left, and lets time pass until nothing more comes of it. */
  async #quiet(): Promise<void> {
    for (let idle = 0; idle < 40; ) {
      // Time passes between steps too, so that what arrives and what is looked at again falls anywhere.
      await this.#clock.advance(this.#random() < 0.3 ? 500 : 0);
      const step = this.#steps.splice(Math.floor(this.#random() * this.#steps.length), 1)[0];
      if (step === undefined) {
        await this.#clock.advance(10_000);
        idle = this.#steps.length === 0 ? idle + 1 : 0;
      } else if (this.#lives(step.node, step.boot)) {
        await this.#take(step);
      }
    }
  }

  async #take(step: Step): Promise<void> {
    const death = this.#options.deaths?.get(this.taken);
    this.trace.push(`${step.node.name} ${step.what}${death === undefined ? '' : ` † ${death}`}`);
    this.taken += 1;
    if (death === undefined) return step.take(true);
    const { node } = step;
    node.isUp = false;
    if (death === 'after') step.take(false);
    // Only a request can be under way; a record is on disk or it is not.
    if (death === 'late' && step.what === 'write') this.#clock.after(LATE_MS, () => step.take(false));
    this.#clock.after(500, () => void this.#boot(node));
  }
}
