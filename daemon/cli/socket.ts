import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MeshError } from '../../protocols/errors.ts';
import { type Args, textOf } from './args.ts';
import { OperatorClient } from './client.ts';
import { type DevPointer, readDevPointer } from './dev-pointer.ts';
import type { Terminal } from './terminal.ts';

type Place = Pick<Terminal, 'env' | 'cwd'>;

const DEFAULT_SOCKET = '.mindmesh/mindmesh.sock';
const DEV_NODE = 'orchestrator';

export async function clientOf(args: Args, terminal: Place): Promise<OperatorClient> {
  return new OperatorClient(await findSocket(args, terminal));
}

/**
 * The socket of the daemon that is meant: `--socket`, `--node` of the dev mesh, `MINDMESH_SOCKET`, the one of the configuration,
 * the default one where it exists, the orchestrator of a running `mindmesh dev`.
 * @throws MeshError `not-found` for a node that the dev mesh does not have, `config-invalid`, `config-unreadable`
 */
export async function findSocket(args: Args, place: Place): Promise<string> {
  const { env, cwd } = place;
  const given = textOf(args, 'socket') ?? (env.MINDMESH_SOCKET || undefined);
  const node = textOf(args, 'node');
  if (node !== undefined && textOf(args, 'socket') === undefined) return devSocket(node, await readDevPointer(env));
  if (given !== undefined) return resolve(cwd, given);
  const configured = await configuredSocket(args, place);
  if (configured?.meant || (configured && (await exists(configured.socket)))) return configured.socket;
  const pointer = await readDevPointer(env);
  return pointer?.sockets[DEV_NODE] ?? configured?.socket ?? resolve(cwd, DEFAULT_SOCKET);
}

function devSocket(node: string, pointer: DevPointer | undefined): string {
  if (pointer === undefined) {
    throw new MeshError('usage', { problem: '--node names a node of `mindmesh dev`, and none runs here' });
  }
  const socket = pointer.sockets[node];
  if (socket !== undefined) return socket;
  const known = Object.keys(pointer.sockets).join(', ');
  throw new MeshError('not-found', { what: 'node of the dev mesh named', id: `${node} (there are ${known})` });
}

/** Loading the configuration costs more than asking the daemon: it is left out where nothing could set another socket. */
async function configuredSocket(
  args: Args,
  { env, cwd }: Place,
): Promise<{ socket: string; meant: boolean } | undefined> {
  const file = textOf(args, 'config');
  const meant = Boolean(file ?? (env.MINDMESH_CONFIG || env.MINDMESH_DATA_DIR || undefined));
  if (!meant && !(await exists(resolve(cwd, 'mindmesh.yaml')))) return { socket: resolve(cwd, DEFAULT_SOCKET), meant };
  const { loadSettings } = await import('../config/load.ts');
  const { settings } = await loadSettings({ env, cwd, ...(file !== undefined && { file }) });
  return { socket: settings.node.socket, meant };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
