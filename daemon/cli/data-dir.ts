import { join, resolve } from 'node:path';
import { type Args, textOf } from './args.ts';
import { settingsOf } from './config-flags.ts';
import type { Terminal } from './terminal.ts';

export interface DataPlace {
  readonly dataDir: string;
  readonly keyFile: string;
}

/** Where a node that does not run has its state: `--data-dir` with the key in it, else what the configuration says. */
export async function dataPlaceOf(args: Args, terminal: Pick<Terminal, 'cwd' | 'env'>): Promise<DataPlace> {
  const given = textOf(args, 'data-dir');
  if (given === undefined) {
    const { dataDir, keyFile } = (await settingsOf(args, terminal)).settings.node;
    return { dataDir, keyFile };
  }
  const dataDir = resolve(terminal.cwd, given);
  return { dataDir, keyFile: join(dataDir, 'node.key') };
}
