import type { DeadLetterRequest } from '../../protocols/operator.ts';
import { type Args, textOf } from './args.ts';

/** Which dead letters are meant: those of an event, or the one of a slot. */
export function requestOf(args: Args): DeadLetterRequest {
  const slot = textOf(args, 'slot');
  return { id: textOf(args, 'event') ?? '', ...(slot !== undefined && { slot }) };
}
