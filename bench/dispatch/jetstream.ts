import { join } from 'node:path';
import { startNats } from '../servers/nats.ts';
import { decodeMeasured } from './decode-measured.ts';
import type { Contender } from './load.ts';
import { startBeside } from './start-beside.ts';

/** Two JetStream streams with file storage: who submits, who works and NATS are a process each. */
export async function startJetstream(concurrency: number): Promise<Contender> {
  const { server, url, sync } = await startNats();
  const file = (name: string) => join(import.meta.dirname, 'processes', `jetstream-${name}.ts`);
  const args = [url, String(concurrency)];
  const [worker, submitter] = await startBeside(server, [file('worker'), file('submitter')], args);
  return {
    name: 'jetstream',
    pids: { server: server.pid, submitter: submitter.pid, worker: worker.pid },
    setup: { sync },
    run: async (load) => decodeMeasured(await submitter.ask(load)),
    stop: async () => {
      await Promise.all([submitter.stop(), worker.stop()]);
      await server.stop();
    },
  };
}
