import { MeshError } from '../../protocols/errors.ts';
import type { PingView } from '../../protocols/operator.ts';
import { textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { pingRendering } from './views/ping.ts';

const MOST = 1_000;

/** The round trip to one node over the mesh, `--count` times. */
export const run = viewVerb(async (client, args) => {
  const count = Number(textOf(args, 'count') ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new MeshError('usage', { problem: `--count takes 1 to ${MOST}` });
  }
  const pings: PingView[] = [];
  while (pings.length < count) pings.push(await client.ping(textOf(args, 'peer') ?? ''));
  return pings;
}, pingRendering);
