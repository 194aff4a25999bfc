import type { ErrorCode } from '../../protocols/errors.ts';
import type { Delivery, DeliveryOptions, Outcome, Source } from '../../roles/ports/ingest.ts';
import type { CounterName, HistogramName } from '../../roles/ports/metrics.ts';
import type { Behind } from './forwarded.ts';
import type { TcpAddress } from './listen.ts';
import type { RateOptions } from './rate-limit.ts';
import type { RateTable } from './rate-table.ts';
import type { BodyLimits } from './webhook-front.ts';

/** What a listener thread is told when it is made. */
export interface ListenerSettings {
  readonly surface: string;
  /** Path → who posts there. */
  readonly paths: Readonly<Record<string, Source>>;
  readonly body: BodyLimits;
  readonly rate: RateOptions;
  readonly rateTable: RateTable;
  readonly delivery: DeliveryOptions;
  /** Gets every request that is no webhook. */
  readonly behind: Behind;
  /** Bodies under way in this thread. */
  readonly budgetBytes: number;
  readonly connections: number;
}

/** Deliveries in the order of their numbers. */
export interface Deliveries {
  readonly type: 'deliveries';
  /** Number of the first: answers name them by it. */
  readonly first: number;
  readonly sources: readonly Source[];
  /** Bytes of the record of each event; 0 for what is none. */
  readonly lengths: readonly number[];
  /** The records, one behind the other. Copied: with buffers that were handed over V8 marked the sender's whole heap every 150 ms. */
  readonly records: Uint8Array;
  /** What is no event, in the same order. */
  readonly others: readonly Delivery[];
}

export interface Counted {
  readonly name: CounterName;
  readonly labels: object;
  readonly by: number;
}

export interface Observed {
  readonly name: HistogramName;
  readonly labels: object;
  readonly values: readonly number[];
}

export interface Failed {
  readonly type: 'failed';
  readonly code: ErrorCode;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What a listener thread says. */
export type FromListener =
  | { readonly type: 'listening'; readonly url: string; readonly port: number }
  | Failed
  | Deliveries
  | {
      readonly type: 'measured';
      readonly counted: readonly Counted[];
      readonly observed: readonly Observed[];
      readonly bufferedBytes: number;
    }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly facts: object;
      readonly phrase: string;
    }
  | { readonly type: 'stopped' };

/** What it is told. */
export type ToListener =
  | { readonly type: 'listen'; readonly address: TcpAddress; readonly shared: boolean }
  /** `outcomes[i]` is that of delivery `numbers[i]`; 0 stands for accepted. */
  | { readonly type: 'answers'; readonly numbers: readonly number[]; readonly outcomes: readonly (Outcome | 0)[] }
  /** Why nothing is taken in; without a reason it is again. */
  | { readonly type: 'closed'; readonly reason: string | undefined }
  | { readonly type: 'stop' };
