import packageJson from '../../package.json' with { type: 'json' };
import type { VersionView } from '../../protocols/operator.ts';
import type { Verb } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import type { Rendering } from './output/look.ts';

export const VERSION = packageJson.version;

export const versionRendering: Rendering<VersionView> = {
  names: ({ version }) => [version],
  table: ({ version, node }, { wide }) => `mindmesh ${version}${wide ? ` (Node ${node})` : ''}\n`,
};

export const run: Verb = async (args, terminal) => {
  await print({ version: VERSION, node: process.version.replace(/^v/, '') }, versionRendering, args, terminal);
  return EXIT.ok;
};
