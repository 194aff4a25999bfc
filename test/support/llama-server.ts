import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { llamaServer } from '../../scripts/llama-server/install.ts';
import { tinyModel } from '../../scripts/llama-server/tiny-model.ts';
import { waitFor } from './wait-for.ts';

export interface LlamaServer {
  /** Of its OpenAI-compatible interface. */
  readonly url: string;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** llama-server with a model that has learnt nothing, on a free port of this machine. */
export async function startLlamaServer(): Promise<LlamaServer> {
  const { command, args, env } = llamaServer();
  const dir = await mkdtemp(join(tmpdir(), 'mm-llama-'));
  const model = join(dir, 'tiny.gguf');
  await writeFile(model, tinyModel());
  const port = await freePort();
  const own = [
    '-m',
    model,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '-c',
    '8192',
    '-np',
    '1',
    '-t',
    '1',
    '--seed',
    '1',
  ];
  const child = spawn(command, [...args, ...own, '--no-webui'], {
    env: { ...env, HOME: dir },
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.push(String(chunk)));
  await waitFor('llama-server to be ready', () => isReady(port, child, log), START_MS);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.kill()) await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function isReady(port: number, child: ChildProcess, log: readonly string[]): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`llama-server ended with ${child.exitCode}:\n${log.join('')}`);
  return fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Taken and given back: the server itself wants a number. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
