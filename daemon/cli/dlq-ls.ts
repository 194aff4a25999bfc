import { textOf } from './args.ts';
import { generalIn } from './tasks.ts';
import { viewVerb } from './view-verb.ts';
import { deadLettersRendering } from './views/dead-letters.ts';

export const run = viewVerb((client, args) => {
  const limit = textOf(args, 'limit');
  return client.deadLetters({ ...(limit && { limit }), ...generalIn(textOf(args, 'general')) });
}, deadLettersRendering);
