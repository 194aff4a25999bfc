import { facts } from '../output/facts.ts';
import type { Look, Rendering } from '../output/look.ts';
import { plural } from '../output/words.ts';

/** What is said of a backup, whoever reads or writes it. */
interface AboutBackup {
  readonly node: string;
  readonly peer: string;
  readonly org: string;
  readonly version: string;
  readonly madeAt: number;
  readonly logs: number;
  readonly records: number;
  readonly key: boolean;
}

export interface BackupView extends AboutBackup {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export const backupRendering: Rendering<BackupView> = {
  names: ({ file }) => [file],
  table: (view, look) =>
    facts(
      [
        ['backup', `${view.file} (${view.bytes} bytes, mode 0600)`],
        ['sha256', view.sha256],
        ...aboutRows(view),
        ['key', view.key ? 'in it: keep this file as you keep the key' : 'not in it (--with-keys)'],
      ],
      look,
      '',
    ),
};

export interface RestoreView extends AboutBackup {
  readonly dataDir: string;
  readonly keyFile?: string;
}

export const restoreRendering: Rendering<RestoreView> = {
  names: ({ dataDir }) => [dataDir],
  table: (view, look) =>
    facts([['restored', view.dataDir], ...aboutRows(view), ['key', keyRow(view)]], look, '') + next(view, look),
};

function aboutRows({ node, peer, org, version, madeAt, logs, records }: AboutBackup): [string, string][] {
  return [
    ['of', `${node} (${org}), ${peer}`],
    ['made', `${new Date(madeAt).toISOString()} by ${version}`],
    ['holds', `${plural(records, 'record')} of ${plural(logs, 'log')}`],
  ];
}

function keyRow({ keyFile }: RestoreView): string {
  return keyFile ?? 'none in the backup: the node that starts here is a new peer';
}

function next({ keyFile }: RestoreView, { paint }: Look): string {
  const steps =
    keyFile === undefined
      ? 'start it, and list its peer id (`mindmesh keygen`) at the others.'
      : 'start it; the node it was made of must never run again beside it.';
  return `${paint.bold('next:')} ${steps} It begins a new epoch, makes its tables, and fetches from its peers what is newer.\n`;
}
