import { generalName } from '../../protocols/generals.ts';
import { type Args, textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { tasksRendering } from './views/tasks.ts';

export const run = viewVerb((client, args) => client.tasks(queryOf(args)), tasksRendering);

function queryOf(args: Args) {
  const [limit, state, general] = ['limit', 'state', 'general'].map((name) => textOf(args, name));
  return { ...(limit && { limit }), ...(state && { state }), ...generalIn(general) };
}

/** `review` is enough for `review-general`. */
export function generalIn(text: string | undefined): { readonly general?: string } {
  return text === undefined ? {} : { general: generalName(text) };
}
