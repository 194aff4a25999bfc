import { MeshError } from '../../protocols/errors.ts';
import { textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { deadLetterRendering } from './views/dead-letters.ts';

export const run = viewVerb(async (client, args) => {
  const [id = '', slot] = [textOf(args, 'event'), textOf(args, 'slot')];
  const view = await client.explain(id);
  const tasks = view.tasks.filter((task) => task.state === 'dead' && (slot === undefined || task.slot === slot));
  if (tasks.length === 0) throw new MeshError('not-found', { what: 'dead letter of', id });
  return { ...view, tasks };
}, deadLetterRendering);
