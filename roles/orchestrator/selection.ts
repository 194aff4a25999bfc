import type { Candidate } from '../../protocols/record.ts';

/** Where one general's work for one event goes: one part for each place that must do it once. */
export interface Selection {
  readonly parts: readonly {
    /** Set where the strategy chooses one node in each cluster. */
    readonly cluster?: string;
    /** All nodes that were looked at; those with a rank are asked in its order. */
    readonly candidates: readonly Candidate[];
  }[];
}
