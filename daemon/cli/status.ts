import { viewVerb } from './view-verb.ts';
import { statusRendering } from './views/status.ts';

export const run = viewVerb((client) => client.status(), statusRendering);
