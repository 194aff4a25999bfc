import { Approvals } from '../roles/operator/approvals.ts';
import type { Queries } from '../roles/operator/queries.ts';
import { SessionDesk } from '../roles/operator/sessions.ts';
import type { Core } from './compose-core.ts';
import type { PeopleApi } from './http/people-api.ts';

/** What people ask of agents and tell them. */
export function composePeople({ core, queries }: { readonly core: Core; readonly queries: Queries }): PeopleApi {
  const { replica: journal, store, runtime } = core;
  const logs = { journal, tables: store.tables, runtime };
  const sessions = new SessionDesk({ ...logs, findEvent: (id) => queries.findEvent(id) });
  const approvals = new Approvals({ ...logs, isWanted: () => true });
  const named = <T extends { readonly node?: Parameters<Queries['nameOf']>[0] | undefined }>(line: T) => ({
    ...line,
    ...(line.node && { nodeName: queries.nameOf(line.node) }),
  });
  return {
    sessions: async (filter) => (await sessions.list(filter)).map(named),
    session: async (query) => named(await sessions.show(query)),
    orderSession: (request) => sessions.order(request),
    approvals: (filter) => approvals.list(filter),
    approve: (request) => approvals.say(request),
  };
}
