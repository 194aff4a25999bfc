import type { LabelBody } from '../../../protocols/effect-bodies.ts';
import { MAX_HOPS } from '../../../protocols/marker.ts';
import type { Effect } from '../../ports/effects.ts';
import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { manifestOf } from '../manifests.ts';
import type { Signature } from '../result-comment.ts';
import { placeOf } from '../tools/site.ts';
import type { Asked } from './ask.ts';
import type { Known, Verdict } from './machine.ts';
import type { Reading } from './reading.ts';
import { questionsComment, readyComment } from './words.ts';

export interface Told {
  readonly scene: Scene;
  readonly reading: Reading;
  readonly known: Known | undefined;
  readonly verdict: Verdict;
  readonly asked: Asked;
}

/**
 * What people see of an analysis: at most one comment, then the labels. Their names say what they are, so that whoever does it
 * again for the same event comes to the same ones. The comment goes first: a label without a word explains nothing.
 */
export function effectsOf(told: Told, options: ConversationOptions, parts: ConversationParts): readonly Effect[] {
  const { scene, verdict } = told;
  const { event, task } = scene;
  const hops = event.hops + 1;
  if (task === undefined || parts.effects === undefined || hops > MAX_HOPS) return [];
  const { repository, number, since } = placeOf(event);
  if (number === undefined) return [];
  const about = { ...task, target: { repository, number, since }, hops };
  const body = commentFor(told, options, parts);
  const { add, remove } = verdict.labels;
  const labels: LabelBody = { add: [...add], remove: [...remove] };
  const effects: Effect[] = [
    ...(body === undefined ? [] : [{ ...about, name: 'comment', kind: 'comment' as const, body }]),
    ...(add.length + remove.length === 0 ? [] : [{ ...about, name: 'labels', kind: 'label' as const, body: labels }]),
  ];
  return effects.filter(({ kind }) => parts.effects?.serves(kind) === true);
}

function commentFor(told: Told, { self }: ConversationOptions, parts: ConversationParts): string | undefined {
  const { scene, reading, known, verdict, asked } = told;
  const { general, event } = scene;
  const { title } = manifestOf(general, parts.manifests);
  const signature: Signature = { general: general.name, cluster: self.cluster, title, redact: parts.redact };
  if (verdict.status === 'needs_clarification') {
    return verdict.ask.length === 0 ? undefined : questionsComment(verdict.ask, asked.by, signature);
  }
  // It was said of this very text already.
  if (known?.status === 'ready_for_dev' && known.textHash === reading.textHash) return undefined;
  if (reading.textHash !== '' && reading.said.hashes.some((hash) => reading.textHash.startsWith(hash)))
    return undefined;
  const isApprovalWanted = parts.isApprovalWanted?.(event.repository) ?? true;
  const ready = { description: asked.analysis.refined_description, textHash: reading.textHash, isApprovalWanted };
  return readyComment(ready, asked.by, signature);
}
