import type { PeerView } from '../../../protocols/operator.ts';
import type { Rendering } from '../output/look.ts';
import type { Paint } from '../output/paint.ts';
import { type Column, table } from '../output/table.ts';
import { shortDuration } from '../output/words.ts';

/** Clocks that differ more are worth a look (docs/rules.md, time). */
const DRIFT_MS = 30_000;

const COLUMNS: readonly Column<PeerView>[] = [
  { head: 'NODE', cell: ({ name }) => name },
  { head: 'STATE', cell: stateOf, paint: paintState },
  { head: 'ORG', wide: true, cell: ({ org }) => org },
  { head: 'CLUSTER', cell: ({ cluster }) => cluster },
  { head: 'REGION', cell: ({ region }) => region },
  { head: 'ROLES', cell: ({ roles }) => roles.join(',') },
  {
    head: 'LOAD',
    right: true,
    cell: ({ running, queued, capacity }) => (capacity === 0 ? '' : `${running + queued}/${capacity}`),
  },
  { head: 'HEARD', right: true, cell: ({ self, heardAgoMs }) => (self ? '' : `${shortDuration(heardAgoMs)} ago`) },
  {
    head: 'CLOCK',
    right: true,
    wide: true,
    cell: ({ driftMs }) => `${driftMs < 0 ? '-' : '+'}${shortDuration(Math.abs(driftMs))}`,
    paint: ({ driftMs }, paint) => (Math.abs(driftMs) > DRIFT_MS ? paint.yellow : (text) => text),
  },
  { head: 'VERSION', cell: ({ version }) => version },
  { head: 'PEER', wide: true, cell: ({ peer }) => peer },
  { head: 'GENERALS', wide: true, flexible: true, cell: ({ generals }) => generals.join(',') },
];

export const peersRendering: Rendering<readonly PeerView[]> = {
  names: (peers) => peers.map(({ name }) => name),
  table: (peers, look) => table(peers, COLUMNS, look),
};

/** live: heard of lately · away: not · reached over others: live without a connection of our own. */
function stateOf({ self, live, connected }: PeerView): string {
  if (self) return 'this node';
  if (live) return connected ? 'live' : 'live, not connected';
  return connected ? 'connected, silent' : 'away';
}

function paintState({ self, live, connected }: PeerView, paint: Paint): (text: string) => string {
  if (self || (live && connected)) return paint.green;
  return live || connected ? paint.yellow : paint.red;
}
