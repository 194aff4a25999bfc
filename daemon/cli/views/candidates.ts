import type { Candidate } from '../../../protocols/record.ts';
import type { Look } from '../output/look.ts';
import { type Column, table } from '../output/table.ts';
import { shortPeer } from '../output/words.ts';

type Names = Readonly<Record<string, string>>;

/** The nodes that were considered, first those that are asked, in their order. */
export function candidateTable(candidates: readonly Candidate[], names: Names, look: Look): string {
  if (candidates.length === 0) return 'nobody offers it\n';
  const columns: readonly Column<Candidate>[] = [
    { head: 'ASKED', cell: ({ rank }) => (rank === undefined ? 'no' : `${rank + 1}.`) },
    { head: 'NODE', cell: ({ peer }) => nodeName(peer, names) },
    { head: 'CLUSTER', cell: ({ cluster }) => cluster },
    { head: 'SCORE', right: true, cell: ({ score }) => formatScore(score) },
    { head: 'WHY', flexible: true, cell: ({ reason }) => reason },
    { head: 'PEER', wide: true, cell: ({ peer }) => peer },
  ];
  const last = Number.MAX_SAFE_INTEGER;
  const sorted = [...candidates].sort((a, b) => (a.rank ?? last) - (b.rank ?? last));
  return table(sorted, columns, look);
}

export function nodeName(peer: string, names: Names): string {
  return names[peer] ?? shortPeer(peer);
}

function formatScore(score: number): string {
  return Number.isInteger(score) ? String(score) : score.toFixed(3);
}
