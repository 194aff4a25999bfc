import { MeshError } from '../../protocols/errors.ts';
import { USAGE_GROUPS } from '../../protocols/usage-view.ts';
import { type Args, textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { usageRendering } from './views/usage.ts';

export const run = viewVerb(async (client, args) => client.usage(await queryOf(args)), usageRendering);

async function queryOf(args: Args) {
  const wanted = textOf(args, 'by');
  const by = USAGE_GROUPS.find((group) => group === wanted);
  const since = textOf(args, 'since');
  return { ...(by && { by }), ...(since !== undefined && { since: await dayOf(since) }) };
}

/** `2026-11-01`, or so long ago: `7d` is today and the six days before it. */
async function dayOf(text: string): Promise<string> {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  const { parseDuration } = await import('../config/units.ts');
  const ms = parseDuration(text);
  if (ms === undefined) {
    throw new MeshError('usage', { problem: `--since takes a day like 2026-11-01 or a time like 7d, not ${text}` });
  }
  const at = Date.now() - Math.max(0, ms - DAY_MS);
  return new Date(Math.max(0, at)).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;
