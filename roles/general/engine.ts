import { hasCode, type MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { OfferedGeneral } from '../../protocols/presence.ts';
import type { Result } from '../../protocols/result.ts';
import type { Logger, Runtime } from '../ports/runtime.ts';

export interface Question {
  readonly general: OfferedGeneral;
  readonly event: MeshEvent;
  /** The work that was promised: what it costs is charged to it. */
  readonly task?: { readonly eventId: EventId; readonly slot: SlotId } | undefined;
  readonly signal: AbortSignal;
}

/** The part of a result that depends on who answered. */
export type Analysis = Pick<Result, 'answer' | 'engine' | 'model' | 'degraded' | 'usage'>;

/** Whatever makes an answer out of an event: a model with prompts, or rules. */
export interface Engine {
  /** @throws MeshError `model-unavailable`, `model-nonsense` or `budget-exceeded` when another engine should be asked */
  analyse(question: Question): Promise<Analysis>;
}

/** Asks the first; when it cannot, the rules, and the result says why (W9). */
export function withFallback(
  first: Engine,
  rules: (question: Question, reason: string) => Analysis,
  log: Logger,
): Engine {
  return {
    analyse: async (question) => {
      try {
        return await first.analyse(question);
      } catch (error) {
        if (!isForRules(error)) throw error;
        log.warn(
          { general: question.general.name, eventId: question.event.id, code: error.code, problem: error.message },
          'model failed',
        );
        return rules(question, error.message);
      }
    },
  };
}

function isForRules(error: unknown): error is MeshError {
  const codes = ['model-unavailable', 'model-nonsense', 'budget-exceeded'] as const;
  return codes.some((code) => hasCode(error, code));
}

/** Rejects with what `late` makes once the time is over or the signal is aborted, also when the work heeds neither. */
export function endedBy<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: { readonly ms: number; readonly signal: AbortSignal; readonly late: (reason: string) => Error },
  runtime: Pick<Runtime, 'after'>,
): Promise<T> {
  const own = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const end = (reason: string) => {
      const error = options.late(reason);
      own.abort(error);
      reject(error);
    };
    const cancel = runtime.after(options.ms, () => end(`no answer within ${options.ms} ms`));
    const ended = () => end('the call was ended');
    options.signal.addEventListener('abort', ended, { once: true });
    const settle = () => {
      cancel();
      options.signal.removeEventListener('abort', ended);
    };
    if (options.signal.aborted) ended();
    work(own.signal).then(resolve, reject).finally(settle);
  });
}
