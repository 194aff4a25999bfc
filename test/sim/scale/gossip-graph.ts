export interface Degrees {
  readonly D: number;
  readonly Dlo: number;
  readonly Dhi: number;
}

/** Heartbeats until the graph does not change any more; it needs a handful. */
const ROUNDS = 40;

/**
 * Who forwards to whom on one topic, as gossipsub's heartbeat settles it: who has fewer than Dlo neighbours asks at random for as
 * many as D needs, who has Dhi takes no more, who has more drops down to D.
 */
export function gossipGraph(
  nodes: number,
  { D, Dlo, Dhi }: Degrees,
  random: () => number,
): readonly ReadonlySet<number>[] {
  const graph = Array.from({ length: nodes }, () => new Set<number>());
  const of = (node: number) => graph[node] as Set<number>;
  const graft = (node: number) => {
    const wanted = Math.min(D, nodes - 1);
    for (let tries = 0; of(node).size < wanted && tries < 50; tries++) {
      const peer = Math.floor(random() * nodes);
      if (peer !== node && of(peer).size < Dhi) {
        of(node).add(peer);
        of(peer).add(node);
      }
    }
  };
  for (let node = 0; node < nodes; node++) graft(node);
  for (let round = 0; round < ROUNDS; round++) {
    for (let node = 0; node < nodes; node++) {
      if (of(node).size < Dlo) graft(node);
      for (const peer of [...of(node)].slice(of(node).size > Dhi ? D : nodes)) {
        of(node).delete(peer);
        of(peer).delete(node);
      }
    }
  }
  return graph;
}

/** One message on its way through the graph. */
export interface Spread {
  /** Nodes in the order in which the message reaches them, and after how many milliseconds. */
  readonly arrivals: readonly { readonly node: number; readonly ms: number }[];
  /** Every copy that is sent: from, to, from, to … */
  readonly copies: readonly number[];
}

/** Every node hands the first copy on to its neighbours, but not to whom it came from nor to its author. */
export function spread(
  author: number,
  graph: readonly ReadonlySet<number>[],
  options: { readonly floods: boolean; readonly msOf: (from: number, to: number) => number },
): Spread {
  const { floods, msOf } = options;
  const first = floods ? graph.map((_, i) => i).filter((i) => i !== author) : [...(graph[author] ?? [])];
  const copies: number[] = [];
  const reached = new Map<number, number>();
  // Calendar of milliseconds: delays are small whole numbers.
  const due: [node: number, from: number][][] = [];
  const send = (from: number, to: number, at: number) => {
    copies.push(from, to);
    const when = at + msOf(from, to);
    const then = due[when] ?? [];
    due[when] = then;
    then.push([to, from]);
  };
  for (const node of first) send(author, node, 0);
  for (let ms = 0; ms < due.length; ms++) {
    for (const [node, from] of due[ms] ?? []) {
      if (node === author || reached.has(node)) continue;
      reached.set(node, ms);
      for (const next of graph[node] ?? []) if (next !== from && next !== author) send(node, next, ms);
    }
  }
  return { arrivals: [...reached].map(([node, ms]) => ({ node, ms })), copies };
}
