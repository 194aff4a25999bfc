/** What a submitter is asked to do. */
export interface Load {
  /** Tasks under way at any moment: the next one is submitted when one has come back. */
  readonly inFlight: number;
  readonly seconds: number;
  /** Before the measurement; its tasks do not count. */
  readonly warmupSeconds: number;
  /** Size of a task, bytes. */
  readonly bytes: number;
}

/** What came back: milliseconds of each task that was submitted within the measured seconds. */
export interface Measured {
  readonly seconds: number;
  /** The warm-up included: what processor time is shared out to. */
  readonly total: number;
  /** From the call that submits a task to the moment its durable result is known to who submitted it. */
  readonly roundTrip: Float64Array;
}

/** Somebody who can do tasks, one who submits them, and whatever stands between. */
export interface Contender {
  readonly name: string;
  /** Processes by what they are for. */
  readonly pids: Readonly<Record<string, number>>;
  /** Facts about how it is set up, for the report. */
  readonly setup: Readonly<Record<string, string>>;
  run(load: Load): Promise<Measured>;
  stop(): Promise<void>;
}

/** The size of a result, bytes: about what the record of one of ours takes. */
export const RESULT_BYTES = 900;

/** Keeps `inFlight` tasks under way and takes the time of each. */
export async function submitAll(load: Load, submit: (number: number) => Promise<void>): Promise<Measured> {
  const start = performance.now() + load.warmupSeconds * 1_000;
  const end = start + load.seconds * 1_000;
  const roundTrip: number[] = [];
  let made = 0;
  const worker = async () => {
    // On a machine that stands still the measured seconds may pass within one task: then the next one counts.
    for (let called = performance.now(); called < end || roundTrip.length === 0; called = performance.now()) {
      await submit(made++);
      if (called >= start) roundTrip.push(performance.now() - called);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, worker));
  return { seconds: (performance.now() - start) / 1_000, total: made, roundTrip: Float64Array.from(roundTrip) };
}
