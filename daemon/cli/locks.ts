import { textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { locksRendering } from './views/locks.ts';

export const run = viewVerb((client, args) => {
  const repository = textOf(args, 'repository');
  return client.locks(repository === undefined ? {} : { repository });
}, locksRendering);
