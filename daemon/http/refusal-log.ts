import type { ErrorCode, MeshError } from '../../protocols/errors.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';

/** A sender with a wrong secret would otherwise write the log full. */
const QUIET_MS = 10_000;

/** Tells of refused webhooks: each kind of fault at once, and then at most every ten seconds with how many there were. */
export class RefusalLog {
  readonly #runtime: Runtime;
  readonly #kinds = new Map<ErrorCode, { until: number; unsaid: number }>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  note(error: MeshError, source: string): void {
    const now = this.#runtime.monotonic();
    const kind = this.#kinds.get(error.code);
    if (kind !== undefined && now < kind.until) {
      kind.unsaid += 1;
      return;
    }
    this.#kinds.set(error.code, { until: now + QUIET_MS, unsaid: 0 });
    const facts = { code: error.code, source, problem: error.message, fix: error.fix, unsaid: kind?.unsaid ?? 0 };
    if (error.http >= 500) this.#runtime.log.error({ ...facts, error }, 'webhook refused');
    else this.#runtime.log.warn(facts, 'webhook refused');
  }
}
