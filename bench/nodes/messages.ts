/** What the bench asks of one of its nodes, and what comes back: one message, one answer. */
export interface Jobs {
  /** How many peers it is connected with, and whether it has what it has heard of. */
  readonly state: { readonly ask: object; readonly answer: NodeState };
  /** Appends event records to its own log, as fast as it can. */
  readonly append: { readonly ask: AppendJob; readonly answer: Appended };
  /** Drives events from their record to their end; an orchestrator only. */
  readonly drive: { readonly ask: DriveJob; readonly answer: Driven };
  /** From now on notes when records of these types are committed here, by event. */
  readonly trace: { readonly ask: { readonly types: readonly string[] }; readonly answer: object };
  /** What was noted since `trace`; the noting ends. */
  readonly traced: { readonly ask: object; readonly answer: Traced };
  /** Resolves once this log has that length here. */
  readonly reach: { readonly ask: ReachJob; readonly answer: Reached };
  readonly memory: { readonly ask: object; readonly answer: MemoryUse };
  /** Stops in order and exits: what a profile of the processor needs to be written. */
  readonly leave: { readonly ask: object; readonly answer: object };
}

export type JobName = keyof Jobs;

export interface NodeState {
  readonly connected: number;
  readonly ready: boolean;
  /** Nodes it would give work to or share work with, itself among them. */
  readonly live: number;
}

export interface AppendJob {
  readonly count: number;
  readonly inFlight: number;
  /** Pause between two appends of one worker, milliseconds. Default: none. */
  readonly everyMs?: number;
  /** Size of each record, bytes. */
  readonly bytes: number;
}

export interface Appended {
  readonly origin: string;
  readonly epoch: string;
  /** Of the log afterwards. */
  readonly length: number;
  readonly lastEventId: string;
  /** When each append was called, by event; monotonic milliseconds. */
  readonly calledAt: ReadonlyMap<string, number>;
}

export interface DriveJob {
  readonly inFlight: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Size of a task's event record, bytes. */
  readonly bytes: number;
}

/** Milliseconds of each event that ended within the measured seconds. */
export interface Driven {
  readonly seconds: number;
  readonly total: number;
  /** From the call that takes the event in to the synced `done` record here. */
  readonly roundTrip: Float64Array;
  /** From the synced event record to the synced `done` record here. */
  readonly dispatch: Float64Array;
  /** From the call to the synced `settled` record. */
  readonly whole: Float64Array;
  /** Monotonic milliseconds by event: only with one in flight. */
  readonly calledAt: ReadonlyMap<string, number>;
}

/** Event → record type → monotonic milliseconds of its commit here. */
export interface Traced {
  readonly events: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export interface ReachJob {
  readonly origin: string;
  readonly epoch: string;
  readonly length: number;
  readonly lastEventId: string;
}

/** Monotonic milliseconds. */
export interface Reached {
  /** When the peer was first connected. */
  readonly connectedAt: number;
  /** When every record was verified and synced. */
  readonly syncedAt: number;
  /** When the tables had the last one. */
  readonly projectedAt: number;
}

export interface MemoryUse {
  /** Live heap after a collection where the process can be asked for one, bytes. */
  readonly heapBytes: number;
  readonly rssBytes: number;
}
