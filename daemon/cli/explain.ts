import { textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { explainRendering } from './views/explain.ts';

export const run = viewVerb((client, args) => client.explain(textOf(args, 'event') ?? ''), explainRendering);
