import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { Marker } from '../../protocols/marker.ts';

/**
 * How anything becomes visible outside the mesh, and of which class each kind is (E1, E2; docs/delivery.md says it for people).
 * exact: the outside itself refuses a second one, by name or by the old value expected · converging: it keeps whatever it is
 * sent, so each is written with a hidden marker, listed by it, and all but the lowest id are taken away.
 */
export const EFFECT_CLASSES = {
  /** The run object and its Jobs, by name. */
  job: 'exact',
  /** A git ref, created or moved with the expected old sha, with the commit it gets. */
  branch: 'exact',
  /** At most one is open from one head branch to one base: GitHub refuses another. */
  'pull-request': 'exact',
  /** A draft becomes ready once. */
  'ready-for-review': 'exact',
  /** A pull request is merged once, with the expected head. */
  merge: 'exact',
  /** An issue has a label or not. */
  label: 'exact',
  /** The latest of a context counts; the same again says the same. */
  status: 'exact',
  comment: 'converging',
  review: 'converging',
  'check-run': 'converging',
  /** A Discord message. */
  notice: 'converging',
} as const;
export type EffectKind = keyof typeof EFFECT_CLASSES;
export type EffectClass = (typeof EFFECT_CLASSES)[EffectKind];

/**
 * The outside where things double unless somebody looks. Every method throws a `MeshError`: a final one when the outside
 * refused, a retryable one (or anything else that is thrown) when nobody knows whether it heard.
 */
export interface ConvergingAdapter {
  readonly class: 'converging';
  /** What is there with this key and was written by the mesh, lowest id first: only of accounts that are its own. */
  list(target: EffectTarget, key: EffectKey, signal: AbortSignal): Promise<readonly EffectRef[]>;
  /** Writes one more, whatever is there. `body` is the adapter's own: it decodes it. */
  write(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<EffectRef>;
  /** What is gone already is removed. */
  remove(target: EffectTarget, id: string, signal: AbortSignal): Promise<void>;
}

/** created: by this call · exists: by an earlier call of this very effect · conflict: something else stands there, or the old value is another. */
export type Creation =
  | { readonly outcome: 'created' | 'exists'; readonly ref: EffectRef }
  | { readonly outcome: 'conflict'; readonly problem: string };

/** The outside that takes a thing once: asking again changes nothing. Throws as a converging one does. */
export interface ExactAdapter {
  readonly class: 'exact';
  create(target: EffectTarget, marker: Marker, spec: unknown, signal: AbortSignal): Promise<Creation>;
}

export type EffectAdapter = ConvergingAdapter | ExactAdapter;
/** A kind without an adapter cannot be performed by this node. */
export type EffectAdapters = {
  readonly [K in EffectKind]?: EffectAdapter & { readonly class: (typeof EFFECT_CLASSES)[K] };
};

/** One thing to happen outside the mesh, once for its event, slot and name. */
export interface Effect {
  readonly eventId: EventId;
  readonly slot: SlotId;
  /** Tells the effects of one piece of work apart, e.g. `result`. */
  readonly name: string;
  readonly kind: EffectKind;
  readonly target: EffectTarget;
  /** What the adapter writes. Whoever does it again may come with another text: the first one that is there stays. */
  readonly body: unknown;
  /** How far it lies from a person's act: one more than its event (T6). */
  readonly hops: number;
  /** An execution of this work began before, here or elsewhere: look first, whatever the log says. */
  readonly isRepeat: boolean;
}

export interface Performed {
  readonly key: EffectKey;
  readonly ref: EffectRef;
  /** repeated: a record said already that it is there, and the outside was not asked. */
  readonly outcome: 'performed' | 'repeated';
}

/** Does effects, each once. */
export interface EffectDesk {
  /** This node can do effects of a kind: its configuration allows it, and it has what it takes. */
  serves(kind: EffectKind): boolean;
  /**
   * Resolves once the effect is there and recorded.
   * @throws MeshError `effect-unserved`, `effect-conflict`, what the outside refused with, or what stood between when the tries ended
   */
  perform(effect: Effect, signal: AbortSignal): Promise<Performed>;
}
