import { sessionOf } from './session-request.ts';
import { viewVerb } from './view-verb.ts';
import { sessionRendering } from './views/sessions.ts';

export const run = viewVerb((client, args) => client.session(sessionOf(args)), sessionRendering);
