import { textOf } from './args.ts';
import { generalIn } from './tasks.ts';
import { viewVerb } from './view-verb.ts';
import { sessionsRendering } from './views/sessions.ts';

export const run = viewVerb((client, args) => {
  const limit = textOf(args, 'limit');
  return client.sessions({ ...(limit && { limit }), ...generalIn(textOf(args, 'general')) });
}, sessionsRendering);
