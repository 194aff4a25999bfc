import type { SessionOrderRequest, SessionQuery } from '../../protocols/people.ts';
import { type Args, textOf } from './args.ts';
import type { Verb } from './command.ts';
import { viewVerb } from './view-verb.ts';
import { orderedRendering } from './views/sessions.ts';

/** Which session is meant. */
export function sessionOf(args: Args): SessionQuery {
  const slot = textOf(args, 'slot');
  return { id: textOf(args, 'event') ?? '', ...(slot !== undefined && { slot }) };
}

/** Who says something: a name of the command line, else of whoever calls it. */
export function speakerOf(args: Args, env: Readonly<Record<string, string | undefined>>): { readonly by?: string } {
  const by = textOf(args, 'by') ?? env.USER ?? env.LOGNAME;
  return by === undefined || by === '' ? {} : { by };
}

/** A command that tells a session something. */
export function orderVerb(order: SessionOrderRequest['order']): Verb {
  return (args, terminal, more) => {
    const text = textOf(args, 'text');
    const body = { ...sessionOf(args), order, ...(text !== undefined && { text }), ...speakerOf(args, terminal.env) };
    return viewVerb((client) => client.orderSession(body), orderedRendering)(args, terminal, more);
  };
}
