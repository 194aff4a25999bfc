import { MeshError } from '../../protocols/errors.ts';
import type { Runtime } from '../ports/runtime.ts';

/** Ends the work after `ms` or with the signal, also where it heeds neither. @throws MeshError `model-unavailable` then */
export async function within<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { ms, signal, model }: { readonly ms: number; readonly signal: AbortSignal; readonly model: string },
  runtime: Pick<Runtime, 'after'>,
): Promise<T> {
  const own = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (problem: string) => {
    const error = new MeshError('model-unavailable', { model, problem });
    own.abort(error);
    reject(error);
  };
  const left = () => end('the call was ended');
  const cancel = runtime.after(ms, () => end(`no answer within ${ms} ms`));
  signal.addEventListener('abort', left, { once: true });
  if (signal.aborted) left();
  try {
    return await Promise.race([work(own.signal), ended]);
  } finally {
    cancel();
    signal.removeEventListener('abort', left);
  }
}
