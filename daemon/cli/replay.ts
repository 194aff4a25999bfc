import { isOn, textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { replayedRendering } from './views/replayed.ts';

export const run = viewVerb((client, args) => {
  const to = textOf(args, 'to');
  const dryRun = isOn(args, 'dry-run');
  return client.replay({ id: textOf(args, 'event') ?? '', ...(to !== undefined && { to }), ...(dryRun && { dryRun }) });
}, replayedRendering);
