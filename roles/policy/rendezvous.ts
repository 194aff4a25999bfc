import { compareText, digestOf } from '../../protocols/ids.ts';

/**
 * Rendezvous hashing (highest random weight): everybody who knows the same nodes names the same owner of a key, without
 * asking anyone, and a node that comes or goes moves only the keys it owned or will own.
 */
export function rendezvousOrder<T extends string>(key: string, nodes: readonly T[]): T[] {
  return nodes
    .map((node) => ({ node, weight: rendezvousWeight(key, node) }))
    .sort((a, b) => compareText(b.weight, a.weight) || compareText(a.node, b.node))
    .map(({ node }) => node);
}

/** The first of `rendezvousOrder`, or undefined when there are no nodes. */
export function rendezvousOwner<T extends string>(key: string, nodes: readonly T[]): T | undefined {
  return rendezvousOrder(key, nodes)[0];
}

/** 64 bits of sha256 as text: higher wins. */
export function rendezvousWeight(key: string, node: string): string {
  return digestOf([key, node], 16);
}
