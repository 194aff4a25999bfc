import { setTimeout as delay } from 'node:timers/promises';
import { logTail } from '../../daemon/dev/child.ts';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Chance } from './chance.ts';
import type { PlannedKill } from './kill-plan.ts';
import type { Outside } from './outside.ts';
import { logOf } from './torture-mesh.ts';

/** What a node may take until it answers its operator again, on a machine that is busy with all of this. */
const UP_MS = 120_000;
/** Nobody writes: then it is killed as it stands. */
const NO_WRITE_MS = 4_000;
/** A start takes most of a second; a kill within it hits the opening of the store, the joining, the reading of the inbox. */
const START_MS = [50, 900] as const;

export interface KillerParts {
  readonly mesh: DevMesh;
  readonly outside: Outside;
  readonly chance: Chance;
  readonly dir: string;
}

/** Kills processes of this run, and only by the handles it started them with, and starts them again. */
export class Killer {
  readonly #parts: KillerParts;
  readonly counts = new Map<string, number>();
  kills = 0;
  /** By `performance.now()`. */
  lastKillAt = 0;

  constructor(parts: KillerParts) {
    this.#parts = parts;
  }

  async kill({ node, moment, downMs }: PlannedKill): Promise<void> {
    await this.#up(node);
    if (moment === 'any') this.#strike(node, moment);
    else if (moment === 'at-start') {
      this.#strike(node, moment);
      await this.#again(node, 0);
      await delay(this.#parts.chance.between(...START_MS));
      this.#strike(node, moment);
    } else await this.#aroundWrite(node, moment);
    await this.#again(node, downMs);
  }

  /** Every node runs and answers. */
  async allUp(): Promise<void> {
    for (const { name } of this.#parts.mesh.nodes) await this.#up(name);
  }

  async #aroundWrite(node: string, moment: Parameters<Outside['arm']>[1]): Promise<void> {
    const struck = Promise.withResolvers<void>();
    const disarm = this.#parts.outside.arm(node, moment, () => {
      this.#strike(node, moment);
      struck.resolve();
    });
    const timer = setTimeout(() => {
      disarm();
      this.#strike(node, 'any');
      struck.resolve();
    }, NO_WRITE_MS);
    await struck.promise;
    clearTimeout(timer);
  }

  #strike(node: string, moment: string): void {
    const child = this.#parts.mesh.child(node);
    if (child === undefined) throw new Error(`${node} ended by itself: see ${logOf(this.#parts.dir, node)}`);
    child.signal('SIGKILL');
    this.kills += 1;
    this.lastKillAt = performance.now();
    const key = `${node} ${moment}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  async #again(node: string, downMs: number): Promise<void> {
    const { mesh } = this.#parts;
    const ended = await mesh.child(node)?.exited;
    if (ended !== undefined && ended !== 'SIGKILL') throw new Error(`${node} ended with ${ended} before it was killed`);
    await delay(downMs);
    mesh.start(node);
  }

  async #up(node: string): Promise<void> {
    const { mesh, dir } = this.#parts;
    await waitFor(`${node} to be up`, () => mesh.status(node), UP_MS).catch(async (error: unknown) => {
      throw new Error(`${node} does not come up; its log ends with\n${await logTail(logOf(dir, node))}`, {
        cause: error,
      });
    });
  }
}
