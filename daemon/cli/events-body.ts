import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { clean } from './output/clean.ts';
import { clientOf } from './socket.ts';

/** Writes the body of one event to standard output: byte for byte into a file or a pipe, and as a terminal may show it. */
export const run: Verb = async (args, terminal) => {
  const client = await clientOf(args, terminal);
  const body = await client.eventBody(textOf(args, 'event') ?? '');
  terminal.stdout.write(terminal.stdout.isTTY ? `${clean(body, '\n\t')}\n` : body);
  return EXIT.ok;
};
