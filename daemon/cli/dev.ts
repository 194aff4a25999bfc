import { MeshError } from '../../protocols/errors.ts';
import { isOn, textOf } from './args.ts';
import type { Verb } from './command.ts';

/** A small mesh on loopback, each node a process, until it is asked to leave. */
export const run: Verb = async (args) => {
  const ports = textOf(args, 'ports') ?? 'default';
  if (ports !== 'auto' && ports !== 'default') {
    throw new MeshError('usage', { problem: `--ports takes auto or default, not ${ports}` });
  }
  const dataDir = textOf(args, 'data-dir');
  const { runDev } = await import('../dev/dev.ts');
  return runDev({
    headless: isOn(args, 'headless'),
    sample: args.sample !== false,
    keep: isOn(args, 'keep'),
    ports,
    json: isOn(args, 'json'),
    ...(dataDir !== undefined && { dataDir }),
  });
};
