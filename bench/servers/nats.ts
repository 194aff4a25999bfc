import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExternalServer, findServer } from './external-server.ts';

/**
 * How JetStream was made to sync each message before it answers. `sync_interval: always` exists from nats-server 2.10 on;
 * Debian 12 has 2.9.10, which syncs every two minutes and knows no option for it. There the directory of its store gets the
 * attribute S of ext4 (chattr(1)): every write to a file below it is synced before write(2) returns.
 */
export type NatsSync = 'sync_interval: always' | 'chattr +S' | 'none: only every two minutes';

export interface NatsServer {
  readonly server: ExternalServer;
  readonly url: string;
  readonly sync: NatsSync;
}

export async function startNats(): Promise<NatsServer> {
  let sync: NatsSync = 'sync_interval: always';
  const server = await ExternalServer.start('nats-server', async (port, dir) => {
    const config = join(dir, 'nats.conf');
    const store = join(dir, 'jetstream');
    await mkdir(store);
    const write = (extra: string) =>
      writeFile(config, `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${store}"\n${extra}\n}\n`);
    await write('sync_interval: always');
    if (!(await accepts(config))) {
      await write('');
      sync = (await syncWrites(store)) ? 'chattr +S' : 'none: only every two minutes';
    }
    return ['--config', config];
  });
  return { server, url: `nats://127.0.0.1:${server.port}`, sync };
}

/** `nats-server -t` checks a configuration and ends. */
async function accepts(config: string): Promise<boolean> {
  return succeeds(findServer('nats-server'), ['-t', '--config', config]);
}

/** Files and folders made below it inherit the attribute. */
async function syncWrites(dir: string): Promise<boolean> {
  return succeeds('chattr', ['+S', dir]);
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(command, [...args]);
    return true;
  } catch {
    // Refused, or there is no such program: either way it cannot be had this way.
    return false;
  }
}
