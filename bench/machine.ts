import { cpus, loadavg, release, totalmem } from 'node:os';

/** What a report was measured on. */
export interface Machine {
  readonly node: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly model: string;
  readonly memoryGib: number;
  /** Processes that wanted the processor in the minute before: above zero others were at work on this machine too. */
  readonly load: number;
  readonly date: string;
}

export function thisMachine(): Machine {
  return {
    node: process.version,
    kernel: release(),
    cpus: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    date: new Date().toISOString().slice(0, 10),
  };
}
