import { MeshError } from '../../../protocols/errors.ts';
import type { Model } from '../../../roles/ports/model.ts';
import type { Templates } from '../../../roles/ports/templates.ts';
import { ANSWER, replyWith } from '../../fakes/scripted-model.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';

interface ModelParts {
  readonly clock: SimClock;
  readonly chance: Chance;
}

const THINKS_MS = { from: 200, to: 6_000 } as const;
/** Of a hundred executions so many end with the rules, and so many fail. */
const DOWN = 5;
const FAILS = 3;

/** A model that takes its time and is sometimes down. */
export function simModel({ clock, chance }: ModelParts): Model {
  return {
    turn: (request) =>
      new Promise((resolve, reject) => {
        const down = () => reject(new MeshError('model-unavailable', { model: 'simulated', problem: 'it is down' }));
        const isDown = chance.percent(DOWN);
        clock.after(chance.whole(THINKS_MS.from, THINKS_MS.to), () =>
          isDown ? down() : resolve(replyWith(request, ANSWER, 'simulated')),
        );
        request.signal.addEventListener('abort', down, { once: true });
      }),
  };
}

/** A prompt that sometimes cannot be rendered: the execution fails and is tried again (W4). */
export function simTemplates({ chance }: Pick<ModelParts, 'chance'>): Templates {
  return {
    render: (name) => {
      if (chance.percent(FAILS / 2))
        throw new MeshError('template-failed', { template: name, problem: 'a name is missing' });
      return name;
    },
  };
}
