import type { Option } from './command.ts';
import { FORMATS } from './output/look.ts';

/** Options that several commands share. */

export const CONFIG_FILE: Option = {
  name: 'config',
  type: 'text',
  value: 'FILE',
  help: 'configuration file',
  fallback: 'mindmesh.yaml',
};

export const OUTPUT: readonly Option[] = [
  { name: 'output', short: 'o', type: 'text', choices: FORMATS, help: 'how to print', fallback: 'table' },
];

export const WATCH: readonly Option[] = [
  { name: 'watch', short: 'w', type: 'switch', help: 'print again whenever it changed, until ctrl-C' },
  { name: 'interval', type: 'text', value: 'TIME', help: 'how often to look while watching', fallback: '2s' },
];

export const DAEMON: readonly Option[] = [
  { name: 'socket', type: 'text', value: 'PATH', help: 'unix socket of the daemon' },
  { name: 'node', type: 'text', value: 'NAME', help: 'a node of the running `mindmesh dev`', fallback: 'orchestrator' },
  CONFIG_FILE,
];

export const ASKS_DAEMON: readonly Option[] = [...OUTPUT, ...DAEMON];
export const WATCHES_DAEMON: readonly Option[] = [...OUTPUT, ...WATCH, ...DAEMON];
