/** One try of a sender to deliver an event to a webhook, as the sender remembers it. */
export interface HookDelivery {
  /** Of this try. Text: GitHub's numbers are larger than a JavaScript number holds. */
  readonly id: string;
  /** Of the event, the same for every try: the delivery id of the webhook's header (I2). */
  readonly guid: string;
  /** Wall clock of the sender, milliseconds. */
  readonly at: number;
  /** Name of the event, e.g. `pull_request`. */
  readonly event: string;
  /** HTTP status it was answered; 0 when there was no answer. */
  readonly status: number;
}

export interface DeliveryPage {
  /** Newest first. */
  readonly deliveries: readonly HookDelivery[];
  /** Of the next page, which is older; absent on the last. */
  readonly cursor?: string;
}

/** What GitHub knows of one webhook. Every call may throw what the GitHub client throws (`github-…`). */
export interface Deliveries {
  /** `owner/repository#hook`, `org#hook` or `app`. */
  readonly hook: string;
  list(cursor: string | undefined, signal: AbortSignal): Promise<DeliveryPage>;
  /** Asks that this delivery is made once more. Resolves when it is asked for, not when it is made. */
  redeliver(id: string, signal: AbortSignal): Promise<void>;
}
