import { isOn, textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { approvalsRendering } from './views/approvals.ts';

export const run = viewVerb((client, args) => {
  const limit = textOf(args, 'limit');
  return client.approvals({ ...(limit && { limit }), ...(isOn(args, 'all') && { all: true }) });
}, approvalsRendering);
