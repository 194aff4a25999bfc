import { viewVerb } from './view-verb.ts';
import { generalsRendering } from './views/generals.ts';

export const run = viewVerb((client) => client.generals(), generalsRendering);
