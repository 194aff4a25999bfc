import { Approvals } from '../roles/operator/approvals.ts';
import { Conversations } from '../roles/operator/conversations.ts';
import type { Queries } from '../roles/operator/queries.ts';
import { SessionDesk } from '../roles/operator/sessions.ts';
import type { Core } from './compose-core.ts';
import { approvalWanted } from './compose-words.ts';
import type { Config } from './config/config.ts';
import type { PeopleApi } from './http/people-api.ts';

export interface PeopleParts {
  readonly config: Pick<Config, 'approvals'>;
  readonly core: Core;
  readonly queries: Queries;
}

/** What people ask of agents and tell them. */
export function composePeople({ config, core, queries }: PeopleParts): PeopleApi {
  const { replica: journal, store, runtime } = core;
  const logs = { journal, tables: store.tables, runtime };
  const sessions = new SessionDesk({ ...logs, findEvent: (id) => queries.findEvent(id) });
  const approvals = new Approvals({ ...logs, org: core.card.org, isWanted: approvalWanted(config) });
  const conversations = new Conversations(logs);
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
    conversations: (filter) => conversations.list(filter),
    onConversation: (listener) => conversations.onChange(listener),
  };
}
