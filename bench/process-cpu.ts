import { readFileSync } from 'node:fs';

/** Of the kernel's clock ticks, which are 10 ms wherever Node runs. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time the processes have used, user and system; undefined where there is no /proc. */
export function cpuSeconds(pids: readonly number[]): number | undefined {
  try {
    return pids.map(ticksOf).reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
  } catch {
    // Only Linux has it; the benchmark does without elsewhere.
    return undefined;
  }
}

/** proc_pid_stat(5): fields 14 and 15 are utime and stime; the name in field 2 may contain blanks, so count from its end. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
