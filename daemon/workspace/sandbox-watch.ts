import { readdir, readFile, readlink } from 'node:fs/promises';
import type { SandboxLimits } from './sandbox-args.ts';

export type Over = 'memory' | 'processes';

/** Between two looks. What is taken meanwhile is the limits' inexactness: a process can touch a few hundred MB in that time. */
const LOOK_MS = 100;
/** Of what the machine has, so much stays free whatever a command found to fill. */
const FREE_SHARE = 0.05;

/**
 * Looks at all processes of one pid namespace until it is stopped. The kernel's limits are for each process, and for root it counts no
 * processes at all; where they fall short, this ends the whole namespace.
 * @param inside a process in it, as this process sees it
 * @returns stops the looking
 */
export function watchSandbox(inside: number, limits: SandboxLimits, onOver: (over: Over) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const look = async () => {
    const over = await overOf(inside, limits);
    if (isStopped) return;
    if (over !== undefined) onOver(over);
    else timer = setTimeout(() => void look(), LOOK_MS);
  };
  void look();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

async function overOf(inside: number, limits: SandboxLimits): Promise<Over | undefined> {
  const space = await orUndefined(readlink(`/proc/${inside}/ns/pid`));
  if (space === undefined) return undefined;
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const pids: string[] = [];
  for (const pid of all) if ((await orUndefined(readlink(`/proc/${pid}/ns/pid`))) === space) pids.push(pid);
  if (pids.length > limits.processes) return 'processes';
  const bytes = await Promise.all(pids.map(anonymousBytes));
  if (bytes.reduce((sum, each) => sum + each, 0) > limits.memoryBytes) return 'memory';
  return (await isMachineFull()) ? 'memory' : undefined;
}

async function anonymousBytes(pid: string): Promise<number> {
  const status = await orUndefined(readFile(`/proc/${pid}/status`, 'utf8'));
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status ?? '')?.[1] ?? 0) * 1_024;
}

/** Memory that belongs to no process, such as files in memory without a name, is seen only here. */
async function isMachineFull(): Promise<boolean> {
  const info = (await orUndefined(readFile('/proc/meminfo', 'utf8'))) ?? '';
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(info)?.[1] ?? Number.NaN);
  return kib('MemAvailable') < kib('MemTotal') * FREE_SHARE;
}

/** Processes end while they are looked at. */
async function orUndefined<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch {
    return undefined;
  }
}
