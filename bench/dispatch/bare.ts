import { join } from 'node:path';
import { ServerProcess } from '../server-process.ts';
import { decodeMeasured } from './decode-measured.ts';
import type { Contender } from './load.ts';

/**
 * What this machine allows: the four synced commits of a task one after the other, on two nodes that keep every record in LevelDB and speak
 * JSON over a plain socket, and nothing else: no signature, no encryption, no table, no order, no retry.
 */
export async function startBare(): Promise<Contender> {
  const file = (name: string) => join(import.meta.dirname, 'processes', `bare-${name}.ts`);
  const worker = await ServerProcess.start(file('worker'));
  try {
    const submitter = await ServerProcess.start(file('submitter'), { args: [worker.url] });
    return {
      name: 'bare',
      pids: { submitter: submitter.pid, worker: worker.pid },
      setup: { sync: 'LevelDB, each batch synced' },
      run: async (load) => decodeMeasured(await submitter.ask(load)),
      stop: async () => {
        await Promise.all([submitter.stop(), worker.stop()]);
      },
    };
  } catch (error) {
    await worker.stop();
    throw error;
  }
}
