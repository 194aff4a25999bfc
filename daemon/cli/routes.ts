import { viewVerb } from './view-verb.ts';
import { routesRendering } from './views/routes.ts';

export const run = viewVerb((client) => client.routes(), routesRendering);
