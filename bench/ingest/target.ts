/** A server that is measured: one or more processes that can be held still while another has its turn. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  /** The processes that serve requests, for their share of the processor. */
  readonly pids: readonly number[];
  /** Everything that belongs to it. */
  readonly allPids: readonly number[];
  /** Checks, once the load is over, that every acknowledged delivery is kept; says what it found. */
  verify?(acknowledged: readonly string[]): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** Stops the processor time of all but one: whatever they still do in the background is not to be measured. */
export function isolate(chosen: Target, targets: readonly Target[]): void {
  for (const target of targets) {
    for (const pid of target.allPids) process.kill(pid, target === chosen ? 'SIGCONT' : 'SIGSTOP');
  }
}

export function release(targets: readonly Target[]): void {
  for (const pid of targets.flatMap(({ allPids }) => allPids)) process.kill(pid, 'SIGCONT');
}
