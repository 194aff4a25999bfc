import { MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { Result } from '../../protocols/result.ts';
import { NO_ORDERS } from '../replica/session-orders.ts';
import type { Job } from './job.ts';

/** Work that somebody waits for on a connection: no promise is recorded, and it ends with the process. */
export class DirectJob implements Job {
  readonly general: string;
  readonly event: MeshEvent;
  readonly number = 0;
  readonly priority = 'normal';
  readonly promised = undefined;
  readonly parkedFor = undefined;
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

  /** Nobody can tell it anything: it has no name in the log. */
  orders() {
    return NO_ORDERS;
  }

  parked(): void {
    this.#settle.reject(new MeshError('internal', { problem: 'it was parked and has no place to wait at' }));
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
