/** Faults that are built into a node on purpose: the simulator has to notice each of them. */
export const PLANTS = [
  'no sync',
  'no anti-entropy',
  'stored epoch',
  'no fence',
  'no accepted record',
  'flag beside the log',
  'gossip only',
  'no sweeper',
] as const;
export type Plant = (typeof PLANTS)[number];
