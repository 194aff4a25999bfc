import { requestOf } from './dead-letter-request.ts';
import { viewVerb } from './view-verb.ts';
import { changeRendering } from './views/dead-letters.ts';

export const run = viewVerb((client, args) => client.drop(requestOf(args)), changeRendering('dropped'));
