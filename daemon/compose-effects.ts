import { type Assembled, assembleEffects } from '../roles/effects/assemble.ts';
import type { EffectAdapters } from '../roles/ports/effects.ts';
import type { Core } from './compose-core.ts';
import type { Config } from './config/config.ts';
import { BranchEffect } from './github/branch-effect.ts';
import { CheckRunEffect } from './github/check-run-effect.ts';
import { CheckStatusEffect } from './github/check-status-effect.ts';
import type { GitHub } from './github/client.ts';
import { CommentEffect } from './github/comment-effect.ts';
import { LabelEffect } from './github/label-effect.ts';
import { MergeEffect } from './github/merge-effect.ts';
import { ownLogin } from './github/own-login.ts';
import { PullRequestEffect } from './github/pull-request-effect.ts';
import { ReadyEffect } from './github/ready-effect.ts';
import { ReviewEffect } from './github/review-effect.ts';
import { siteOf } from './github/site.ts';
import { StatusEffect } from './github/status-effect.ts';

/** What this node may do outside the mesh; undefined where the configuration wants nothing of it. */
export function composeEffects(config: Config, core: Core): Assembled | undefined {
  const { card, replica, store, runtime, metrics, github } = core;
  if (github === undefined) return undefined;
  const adapters = githubEffects(config, github);
  if (Object.keys(adapters).length === 0) return undefined;
  const parts = { journal: replica, tables: store.tables, runtime, meter: metrics };
  return assembleEffects({ self: card.peer }, { adapters, ...parts });
}

/** The kinds of effects that the configuration allows. */
export function githubEffects(
  { effects, github: { app, baseUrl } }: Pick<Config, 'effects' | 'github'>,
  github: GitHub,
): EffectAdapters {
  // Whom GitHub takes us for decides whose texts are ours.
  const self = ownLogin({ as: app === undefined ? 'token' : 'app' }, { github });
  const parts = { github, self };
  const check = app === undefined ? new CheckStatusEffect({ site: siteOf(baseUrl) }, parts) : new CheckRunEffect(parts);
  return {
    ...(effects.comments === 'on' && { comment: new CommentEffect(parts) }),
    ...(effects.reviews !== 'off' && {
      review: new ReviewEffect({ verdicts: effects.reviews === 'verdicts' }, parts),
    }),
    ...(effects.labels === 'on' && { label: new LabelEffect(parts) }),
    ...(effects.checks === 'on' && { 'check-run': check, status: new StatusEffect(parts) }),
    ...(effects.pullRequests === 'on' && {
      branch: new BranchEffect(parts),
      'pull-request': new PullRequestEffect(parts),
      'ready-for-review': new ReadyEffect(parts),
    }),
    ...(effects.merges === 'on' && { merge: new MergeEffect(parts) }),
  };
}
