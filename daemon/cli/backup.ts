import { resolve } from 'node:path';
import { type BackupHeader, BackupHeaderSchema, readBackup } from '../../protocols/backup.ts';
import { MeshError } from '../../protocols/errors.ts';
import { assertNew, sendBackup, type Written, writeBackup } from '../backup/backup-file.ts';
import { isOn, textOf } from './args.ts';
import type { Verb } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './format.ts';
import { type Progress, progressOn } from './progress.ts';
import { clientOf } from './socket.ts';
import type { Terminal } from './terminal.ts';
import { backupRendering } from './views/backup.ts';

const STDOUT = '-';

/** Writes what the daemon has to a file while it runs. */
export const run: Verb = async (args, terminal) => {
  const name = textOf(args, 'file') ?? STDOUT;
  const file = name === STDOUT ? STDOUT : resolve(terminal.cwd, name);
  await assertWritable(file, isOn(args, 'force'), terminal);
  const client = await clientOf(args, terminal);
  const signal = terminal.interrupted();
  const progress = progressOn(terminal, 'backup', 'records');
  const seen = { header: undefined as BackupHeader | undefined };
  try {
    const chunks = checked(await client.backup(isOn(args, 'with-keys'), signal), file, seen, progress);
    const written = file === STDOUT ? await sendBackup(chunks, signal) : await writeBackup(file, chunks, signal);
    progress.end();
    if (seen.header) await tell(file, seen.header, written, args, terminal);
    return EXIT.ok;
  } catch (error) {
    progress.end();
    throw signal.aborted ? new MeshError('interrupted', { what: 'the backup' }, { cause: error }) : error;
  }
};

async function assertWritable(file: string, force: boolean, { stdout }: Terminal): Promise<void> {
  if (file !== STDOUT && !force) await assertNew(file);
  if (file === STDOUT && stdout.isTTY) throw new MeshError('usage', { problem: 'a backup is no text for a terminal' });
}

/** The same bytes, each looked at on its way: what was cut or changed in between never gets a name. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  seen: { header: BackupHeader | undefined },
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const { type, header, parts, raw } of readBackup(chunks, file)) {
    if (type === 'backup') seen.header = BackupHeaderSchema.parse(header);
    // Two parts of a batch are its head.
    if (type === 'batch') done += parts.length - 2;
    progress.at(done, seen.header?.records ?? 0);
    yield raw;
  }
}

async function tell(
  file: string,
  header: BackupHeader,
  written: Written,
  args: Parameters<Verb>[0],
  terminal: Terminal,
): Promise<void> {
  const { type: _type, format: _format, ...about } = header;
  // Where the backup itself goes to standard output, what is said of it does not.
  const to = file === STDOUT ? { ...terminal, stdout: terminal.stderr } : terminal;
  await print({ file, ...about, ...written }, backupRendering, args, to);
}
