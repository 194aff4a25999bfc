import type { Result } from '../../protocols/result.ts';
import type { Runtime } from '../ports/runtime.ts';

/** The part of a result that depends on who answered. */
export type Analysis = Pick<Result, 'answer' | 'engine' | 'model' | 'degraded' | 'usage'>;

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
