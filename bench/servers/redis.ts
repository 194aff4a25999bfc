import { ExternalServer } from './external-server.ts';

/** Redis that has synced every write before it answers: the only setting under which it keeps what it has acknowledged. */
export function startRedis(): Promise<ExternalServer> {
  return ExternalServer.start('redis-server', async (port, dir) => [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', dir],
    ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
  ]);
}
