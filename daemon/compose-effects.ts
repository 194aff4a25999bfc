import { type Assembled, assembleEffects } from '../roles/effects/assemble.ts';
import type { Core } from './compose-core.ts';
import type { Config } from './config/config.ts';
import { CommentEffect } from './github/comment-effect.ts';

/** What this node may do outside the mesh; undefined where the configuration wants nothing of it. */
export function composeEffects({ effects, github: { app } }: Config, core: Core): Assembled | undefined {
  const { card, replica, store, runtime, metrics, github } = core;
  if (effects.comments === 'off' || github === undefined) return undefined;
  const adapters = { comment: new CommentEffect({ as: app === undefined ? 'token' : 'app' }, { github }) };
  const parts = { journal: replica, tables: store.tables, runtime, meter: metrics };
  return assembleEffects({ self: card.peer }, { adapters, ...parts });
}
