import { asMeshError, MeshError } from '../../protocols/errors.ts';
import type { NodeCard, OfferedGeneral } from '../../protocols/presence.ts';
import type { Result } from '../../protocols/result.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Analysis } from './engine.ts';
import type { Job, Parking } from './job.ts';
import type { TaskQueue } from './task-queue.ts';
import type { TaskStats } from './task-stats.ts';

export interface ExecutionsOptions {
  readonly self: NodeCard;
  readonly generals: readonly OfferedGeneral[];
}

export interface ExecutionsParts<J extends Job> {
  readonly queue: TaskQueue<J>;
  /** From a job to its answer. */
  readonly conduct: (job: J, general: OfferedGeneral, signal: AbortSignal) => Promise<Analysis>;
  readonly stats: TaskStats;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** A job left the queue or ended. */
  readonly changed: (ended?: J) => void;
}

/** What heeds the word that the node leaves has ended by then, and its record is written. */
const GIVE_UP_MS = 2_000;

type Outcome = { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly error: MeshError };

/** Runs what the queue gives, and knows how to stop. */
export class Executions<J extends Job> {
  readonly #options: ExecutionsOptions;
  readonly #parts: ExecutionsParts<J>;
  readonly #running = new Set<Promise<void>>();
  readonly #leaving = new AbortController();
  #isStopping = false;

  constructor(options: ExecutionsOptions, parts: ExecutionsParts<J>) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Begins whatever may begin. */
  pump(): void {
    if (this.#isStopping) return;
    for (const general of this.#options.generals) {
      for (
        let job = this.#parts.queue.next(general.name);
        job !== undefined;
        job = this.#parts.queue.next(general.name)
      ) {
        this.#track(this.#run(job, general));
      }
    }
  }

  /** Begins one that the queue counts as running already. */
  begin(job: J): void {
    const general = this.#options.generals.find(({ name }) => name === job.general);
    if (general !== undefined) this.#track(this.#run(job, general));
  }

  /** Begins nothing more, lets what runs end for at most `ms`, and gives the rest up. */
  async stop(ms: number): Promise<void> {
    this.#isStopping = true;
    await this.#ended(ms);
    this.#leaving.abort();
    await this.#ended(GIVE_UP_MS);
  }

  /** Once nothing runs, at the latest after `ms`. */
  async #ended(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#parts.runtime.after(ms, () => late.resolve());
    await Promise.race([Promise.allSettled(this.#running), late.promise]);
    cancel();
  }

  /** A failed write rejects it and so ends the process (L8). */
  #track(run: Promise<void>): void {
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  async #run(job: J, general: OfferedGeneral): Promise<void> {
    try {
      this.#parts.changed();
      if (await this.#mayBegin(job)) await this.#perform(job, general);
    } catch (error) {
      // While leaving the log may be closed already; what is in the inbox is taken up at the next start.
      if (!this.#leaving.signal.aborted) throw error;
    } finally {
      this.#parts.queue.end(job);
      this.#parts.changed(job);
      this.pump();
    }
  }

  /** One that a person paused waits without an execution; one that was cancelled needs none any more. */
  async #mayBegin(job: J): Promise<boolean> {
    const { state, by } = job.orders();
    if (state === 'go') return job.begin();
    if (state === 'paused') job.parked('orders');
    else await job.failed(new MeshError('session-cancelled', { by }));
    return false;
  }

  async #perform(job: J, general: OfferedGeneral): Promise<void> {
    const { runtime, stats, meter } = this.#parts;
    const began = runtime.monotonic();
    const outcome = await this.#analyse(job, general, began);
    // What comes now may be what the word to leave made of it, as rules in the place of a model.
    if (this.#leaving.signal.aborted) return job.left();
    const parking = outcome.ok ? undefined : parkingOf(outcome.error);
    if (parking !== undefined) return job.parked(parking);
    const durationMs = runtime.monotonic() - began;
    stats.add(general.name, durationMs, !outcome.ok);
    const label = outcome.ok ? outcome.result.engine : 'failed';
    meter.count('mindmesh_executions_total', { general: general.name, outcome: label });
    meter.observe('mindmesh_execution_duration_seconds', durationMs / 1_000, { general: general.name });
    await (outcome.ok ? job.done(outcome.result) : job.failed(outcome.error));
  }

  async #analyse(job: J, general: OfferedGeneral, began: number): Promise<Outcome> {
    const { conduct, runtime } = this.#parts;
    try {
      const analysis = await conduct(job, general, this.#leaving.signal);
      const { name, specialisations } = general;
      const durationMs = Math.round(runtime.monotonic() - began);
      const { cluster } = this.#options.self;
      return { ok: true, result: { general: name, cluster, specialisations, ...analysis, durationMs } };
    } catch (caught) {
      const error = asMeshError(caught);
      if (parkingOf(error) !== undefined) return { ok: false, error };
      runtime.log.error({ general: general.name, eventId: job.event.id, code: error.code, error }, 'execution failed');
      return { ok: false, error };
    }
  }
}

/** Only a person can have it go on: it waits for that, and holds nothing meanwhile. */
function parkingOf({ code }: MeshError): Parking | undefined {
  if (code === 'session-paused') return 'orders';
  return code === 'approval-wanted' ? 'approval' : undefined;
}
