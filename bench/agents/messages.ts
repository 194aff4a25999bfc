import type { Passed } from './timed-relay.ts';

/** What the bench asks of GitHub and the model. */
export type WorldAsk =
  | { readonly type: 'urls' }
  /** From now on GitHub tells everything there. */
  | { readonly type: 'hook'; readonly url: string; readonly secret: string }
  /** A member opens a pull request; answered once it has its review. */
  | { readonly type: 'pull' };

export type WorldAnswer =
  | { readonly type: 'urls'; readonly github: string; readonly model: string; readonly token: string }
  | { readonly type: 'hooked' }
  | Reviewed;

export interface Reviewed {
  readonly type: 'reviewed';
  /** Requests since the pull request was opened. */
  readonly hooks: readonly Passed[];
  readonly github: readonly Passed[];
  readonly model: readonly Passed[];
  /** When GitHub had the review. */
  readonly postedAt: number;
}
