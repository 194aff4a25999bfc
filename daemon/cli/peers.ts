import { viewVerb } from './view-verb.ts';
import { peersRendering } from './views/peers.ts';

export const run = viewVerb((client) => client.peers(), peersRendering);
