import type { Deliveries, HookDelivery } from '../../roles/ports/deliveries.ts';

/** A webhook whose deliveries are a list; `repeat` is what happens when one is asked for again. */
export class FakeHook implements Deliveries {
  readonly hook: string;
  readonly pageSize: number;
  /** In the order they were made. */
  readonly deliveries: HookDelivery[] = [];
  /** Cursors of the pages that were listed. */
  readonly listed: (string | undefined)[] = [];
  /** Ids that were asked for again. */
  readonly asked: string[] = [];
  /** Thrown by the next calls, one each. */
  readonly failures: unknown[] = [];
  repeat: (delivery: HookDelivery) => void = () => undefined;

  constructor(hook = 'acme/app#1', pageSize = 2) {
    this.hook = hook;
    this.pageSize = pageSize;
  }

  async list(cursor: string | undefined) {
    this.#fail();
    this.listed.push(cursor);
    const from = Number(cursor ?? 0);
    const newestFirst = this.deliveries.toReversed();
    const next = from + this.pageSize;
    const more = next < newestFirst.length;
    return { deliveries: newestFirst.slice(from, next), ...(more && { cursor: String(next) }) };
  }

  async redeliver(id: string) {
    this.#fail();
    this.asked.push(id);
    const delivery = this.deliveries.find((each) => each.id === id);
    if (delivery !== undefined) this.repeat(delivery);
  }

  #fail() {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}
