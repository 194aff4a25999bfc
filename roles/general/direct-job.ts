import { MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { Result } from '../../protocols/result.ts';
import type { Job } from './job.ts';

/** Work that somebody waits for on a connection: no promise is recorded, and it ends with the process. */
export class DirectJob implements Job {
  readonly general: string;
  readonly event: MeshEvent;
  readonly number = 0;
  readonly priority = 'normal';
  readonly promised = undefined;
  readonly result: Promise<Result>;
  readonly #settle: PromiseWithResolvers<Result>;

  constructor(general: string, event: MeshEvent) {
    this.general = general;
    this.event = event;
    this.#settle = Promise.withResolvers<Result>();
    this.result = this.#settle.promise;
  }

  get subject() {
    return this.event.subject;
  }

  async begin(): Promise<boolean> {
    return true;
  }

  async done(result: Result): Promise<void> {
    this.#settle.resolve(result);
  }

  async failed(error: MeshError): Promise<void> {
    this.#settle.reject(error);
  }

  async returned(): Promise<void> {
    await this.left();
  }

  async left(): Promise<void> {
    this.#settle.reject(new MeshError('overloaded', { reason: 'it leaves' }));
  }
}
