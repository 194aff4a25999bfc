import { textOf } from './args.ts';
import type { Verb } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { clientOf } from './socket.ts';

/** Writes the body of one event to standard output, byte for byte. */
export const run: Verb = async (args, terminal) => {
  const client = await clientOf(args, terminal);
  terminal.stdout.write(await client.eventBody(textOf(args, 'event') ?? ''));
  return EXIT.ok;
};
