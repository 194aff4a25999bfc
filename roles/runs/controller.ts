import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import { rendezvousOwner } from '../policy/rendezvous.ts';
import type { Journal } from '../ports/journal.ts';
import type { Member, Roster } from '../ports/roster.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { type KnownRun, loadOpenRuns } from '../replica/open-runs.ts';
import { rangeRows } from '../replica/rows.ts';
import { admit } from './admit.ts';

export interface RunControllerOptions {
  readonly self: NodeCard;
  /** After another node may have decided until now. Default 20 000 ms: three presences and the way of its last records. */
  readonly takeoverMs?: number;
}

export interface RunControllerParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly roster: Roster;
  readonly runtime: Runtime;
  /** Has this node every record it has heard of? */
  isReady(): boolean;
}

const TAKEOVER_MS = 20_000;
/** Rows of received records may come a little later than their commit is told. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Admits the writing runs of repositories whose home is this node's cluster (E3). One node of a cluster decides; who takes over from
 * another waits for that one's last words first. What two nodes in a partition decide otherwise is held up by the fence of each push.
 */
export class RunController {
  readonly #options: Required<RunControllerOptions>;
  readonly #parts: RunControllerParts;
  /** Admitted here, and perhaps not in the tables yet: `run attempt`. */
  readonly #admitted = new Set<string>();
  /** Monotonic milliseconds since when it is this node that decides. */
  #since: number | undefined;
  #working: Promise<void> | undefined;
  #isAsked = false;
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(options: RunControllerOptions, parts: RunControllerParts) {
    this.#options = { takeoverMs: TAKEOVER_MS, ...options };
    this.#parts = parts;
    parts.journal.onCommit((entries) => {
      if (entries.some(({ decoded }) => decoded.ok && decoded.record.type.startsWith('run-'))) this.#ask();
    });
    parts.roster.onChange(() => this.#ask());
  }

  start(): void {
    this.#ask();
    this.#cancel = this.#parts.runtime.after(LOOK_AGAIN_MS, () => this.start());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#working;
  }

  /** One decision at a time: the next begins with what the one before has recorded. */
  #ask(): void {
    this.#isAsked = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#isAsked && !this.#stopped) this.#ask();
    });
  }

  async #work(): Promise<void> {
    while (this.#isAsked && !this.#stopped) {
      this.#isAsked = false;
      try {
        if (await this.#mayDecide()) await this.#decide();
      } catch (error) {
        this.#parts.runtime.log.warn({ problem: messageOf(error) }, 'runs cannot be admitted');
      }
    }
  }

  async #mayDecide(): Promise<boolean> {
    const { self, takeoverMs } = this.#options;
    const { roster, runtime } = this.#parts;
    if (controllerOf(self.cluster, self.org, roster.members()) !== self.peer) {
      this.#since = undefined;
      return false;
    }
    this.#since ??= runtime.monotonic();
    if (!this.#parts.isReady()) return false;
    return runtime.monotonic() - this.#since >= takeoverMs || !(await this.#hasPredecessors());
  }

  /** Is there any other node that may have admitted runs of this cluster? */
  async #hasPredecessors(): Promise<boolean> {
    const { self } = this.#options;
    const cards = await rangeRows(this.#parts.tables, 'cards');
    const told = cards.map(([, { card }]) => card);
    const heard = this.#parts.roster.members().map(({ presence }) => presence.card);
    return [...told, ...heard].some((card) => card.peer !== self.peer && mayControl(card, self.cluster, self.org));
  }

  async #decide(): Promise<void> {
    const { self } = this.#options;
    const runs = (await loadOpenRuns(this.#parts.tables)).filter(({ cluster }) => cluster === self.cluster);
    const known = runs.map((run) => (this.#admitted.has(attemptOf(run)) ? { ...run, isAdmitted: true } : run));
    this.#forget(runs);
    const begins = new Set(admit(known).flatMap(({ run, decision }) => (decision === 'admit' ? [run] : [])));
    await Promise.all(known.filter(({ run }) => begins.has(run)).map((run) => this.#record(run)));
  }

  async #record(run: KnownRun): Promise<void> {
    const { journal, runtime } = this.#parts;
    const { eventId, slot, attempt } = run;
    const at = Math.round(runtime.wall());
    await journal.append({ v: WIRE_VERSION, type: 'run-admitted', at, eventId, slot, attempt });
    this.#admitted.add(attemptOf(run));
    runtime.log.info({ run: run.run, repository: run.repository, branches: run.branches }, 'run admitted');
  }

  /** What the tables tell need not be remembered. */
  #forget(runs: readonly KnownRun[]): void {
    const untold = new Set(runs.filter(({ isAdmitted }) => !isAdmitted).map(attemptOf));
    for (const each of this.#admitted) if (!untold.has(each)) this.#admitted.delete(each);
  }
}

/** Who decides in a cluster: everybody with the same roster names the same live orchestrator of it. */
export function controllerOf(cluster: string, org: string, members: readonly Member[]): PeerId | undefined {
  const able = members.filter(
    ({ live, presence: { card, draining } }) => live && !draining && mayControl(card, cluster, org),
  );
  return rendezvousOwner(
    `runs of ${cluster}`,
    able.map(({ peer }) => peer),
  );
}

function mayControl(card: NodeCard, cluster: string, org: string): boolean {
  return card.org === org && card.cluster === cluster && card.roles.includes('orchestrator');
}

function attemptOf({ run, attempt }: KnownRun): string {
  return `${run} ${attempt}`;
}
