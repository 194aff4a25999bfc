import { resolve } from 'node:path';
import { MeshError } from '../../protocols/errors.ts';
import { FILES } from '../config/files.ts';
import { readSecretFile } from '../config/read-secret.ts';
import { Secret } from '../config/secret.ts';
import { type Args, textOf } from './args.ts';
import { configOf } from './config-flags.ts';
import { readDevPointer } from './dev-pointer.ts';
import type { Terminal } from './terminal.ts';

export interface Webhook {
  readonly url: string;
  readonly secret: Secret;
}

/** Where to send to and what to sign with: the options, else the running dev mesh, else the configuration of this folder. */
export async function webhookOf(args: Args, terminal: Pick<Terminal, 'env' | 'cwd'>): Promise<Webhook> {
  const secret = await givenSecret(args, terminal);
  const url = textOf(args, 'url');
  if (url !== undefined && secret !== undefined) return { url, secret };
  const dev = textOf(args, 'config') === undefined ? (await readDevPointer(terminal.env))?.webhook : undefined;
  if (dev !== undefined) {
    return { url: url ?? dev.url, secret: secret ?? (await readSecretFile('webhook secret', dev.secretFile, FILES)) };
  }
  const { http, ingest } = (await configOf(args, terminal)).config;
  const configured = secret ?? ingest.github.secrets[0];
  if (configured === undefined) {
    throw new MeshError('usage', { problem: 'no secret to sign with: give --secret-file FILE or --secret-env NAME' });
  }
  return { url: url ?? `http://${local(http.host)}:${http.aggregator.port}${ingest.github.path}`, secret: configured };
}

async function givenSecret(args: Args, { env, cwd }: Pick<Terminal, 'env' | 'cwd'>): Promise<Secret | undefined> {
  const [file, variable] = [textOf(args, 'secret-file'), textOf(args, 'secret-env')];
  if (file !== undefined && variable !== undefined) {
    throw new MeshError('usage', { problem: 'give --secret-file or --secret-env, not both' });
  }
  if (file !== undefined) return readSecretFile('webhook secret', resolve(cwd, file), FILES);
  if (variable === undefined) return undefined;
  const value = env[variable];
  if (!value)
    throw new MeshError('secret-unreadable', {
      name: 'webhook secret',
      file: `$${variable}`,
      problem: 'it is not set',
    });
  return new Secret(value, `$${variable}`);
}

/** A wildcard is no address to send to. */
function local(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
