import type { ActionRecord } from '../../protocols/agent-records.ts';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import { maskSecrets, type Redact } from '../policy/redact.ts';
import type { Runtime } from '../ports/runtime.ts';
import { NO_ORDERS } from '../replica/session-orders.ts';
import { actionRecord } from './actions.ts';
import type { Action, Conversation, Scene } from './conversation.ts';
import type { Analysis } from './engine.ts';
import type { Checkpoint, Session } from './session.ts';

interface Place<S> {
  readonly step: string;
  readonly turn: number;
  readonly state: S;
}

export interface SessionRunnerParts {
  readonly runtime: Pick<Runtime, 'wall' | 'log'>;
  /** For what is recorded of actions. Default: whatever has the form of a secret. */
  readonly redact?: Redact | undefined;
}

/** A conversation whose state is nobody else's business. */
export type Conduct = (runner: SessionRunner, scene: Scene, session?: Session) => Promise<Analysis>;

export function conducting<S>(conversation: Conversation<S>): Conduct {
  return (runner, scene, session) => runner.run(conversation, scene, session);
}

/**
 * Takes a conversation from step to step, with a synced checkpoint after each that is finished. Without a session it lives and
 * ends with the process.
 */
export class SessionRunner {
  readonly #parts: SessionRunnerParts;

  constructor(parts: SessionRunnerParts) {
    this.#parts = parts;
  }

  async run<S>(conversation: Conversation<S>, scene: Scene, session?: Session): Promise<Analysis> {
    let place = this.#placeOf(conversation, scene, session?.checkpoint);
    for (;;) {
      await this.#heed(place, scene, session);
      const step = conversation.steps[place.step];
      if (step === undefined) throw new MeshError('internal', { problem: `a conversation has no step ${place.step}` });
      const next = await step(place.state, scene).catch(async (error: unknown) => {
        // It waits for a person, maybe for days: here is where it goes on.
        if (hasCode(error, 'approval-wanted')) await this.#keep(place, session);
        throw error;
      });
      const actions = this.#recordsOf(next.actions ?? [], scene);
      if ('end' in next) {
        await session?.note(actions);
        return next.end;
      }
      place = { step: next.to, turn: place.turn + 1, state: next.state };
      // Nothing is begun any more by a node that leaves: the checkpoint is where it goes on.
      await (next.isCheap === true ? session?.note(actions) : session?.save(place, actions));
      if (scene.signal.aborted) throw new MeshError('overloaded', { reason: 'it leaves' });
    }
  }

  #recordsOf(actions: readonly Action[], scene: Scene): readonly ActionRecord[] {
    const { runtime, redact = maskSecrets } = this.#parts;
    const options = { at: runtime.wall(), redact };
    return actions.map((action) => actionRecord(action, scene, options)).filter((record) => record !== undefined);
  }

  /** Between steps nothing is under way, so a session can be halted there. @throws MeshError `session-paused`, `session-cancelled` */
  async #heed(place: Checkpoint, { orders }: Scene, session?: Session): Promise<void> {
    const { state, by } = orders?.() ?? NO_ORDERS;
    if (state === 'cancelled') throw new MeshError('session-cancelled', { by });
    if (state !== 'paused') return;
    await this.#keep(place, session);
    throw new MeshError('session-paused', { by });
  }

  /** A checkpoint also where a step left none: who goes on from here is the same execution. */
  async #keep(place: Checkpoint, session: Session | undefined): Promise<void> {
    const { step, turn } = session?.checkpoint ?? {};
    if (step !== place.step || turn !== place.turn) await session?.save(place);
  }

  /** Where an earlier process, or another node, left it; at the beginning where that is of no use to this build. */
  #placeOf<S>(conversation: Conversation<S>, scene: Scene, checkpoint: Checkpoint | undefined): Place<S> {
    const turn = checkpoint?.turn ?? 0;
    if (checkpoint !== undefined) {
      const state = conversation.decode(checkpoint.state);
      if (state !== undefined && Object.hasOwn(conversation.steps, checkpoint.step))
        return { step: checkpoint.step, turn, state };
      const { general, event } = scene;
      this.#parts.runtime.log.warn(
        { general: general.name, eventId: event.id, step: checkpoint.step },
        'session begins anew',
      );
    }
    return { ...conversation.begin(scene), turn };
  }
}
