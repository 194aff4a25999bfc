import { MeshError } from '../../protocols/errors.ts';
import type { DevOptions } from '../dev/dev.ts';
import { type Args, isOn, textOf } from './args.ts';
import type { Verb } from './command.ts';

/** A small mesh on loopback, each node a process, until it is asked to leave. */
export const run: Verb = async (args) => {
  const options = devOptionsOf(args);
  const { runDev } = await import('../dev/dev.ts');
  return runDev(options);
};

export function devOptionsOf(args: Args): DevOptions {
  const ports = textOf(args, 'ports') ?? 'default';
  if (ports !== 'auto' && ports !== 'default') {
    throw new MeshError('usage', { problem: `--ports takes auto or default, not ${ports}` });
  }
  const dataDir = textOf(args, 'data-dir');
  return {
    headless: isOn(args, 'headless'),
    sample: !isOn(args, 'no-sample'),
    keep: isOn(args, 'keep'),
    ports,
    json: isOn(args, 'json'),
    ...(dataDir !== undefined && { dataDir }),
  };
}
