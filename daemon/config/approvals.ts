import * as z from 'zod';
import type { Section } from './section.ts';
import { listOf } from './values.ts';

const schema = z
  .strictObject({
    wanted: listOf(z.string().min(1))
      .default(['**'])
      .describe(
        'Repositories, `owner/name` with * and **, where an issue is developed only once somebody has approved exactly its text. An empty list: nowhere; there the label ready-for-dev is enough.',
      ),
    by: listOf(z.enum(['owner', 'member', 'collaborator']))
      .default(['owner', 'member'])
      .describe('Whose `/mindmesh …` comments are heeded, by what they are to the repository. Never those of bots.'),
    never: listOf(z.string().min(1))
      .default([])
      .describe(
        'Logins whose comments are never heeded, whatever they are to the repository: accounts whose keys the mesh holds. That of github.token or github.app of this node is known without being listed.',
      ),
  })
  .prefault({});

export const approvalsSection = {
  name: 'approvals',
  about:
    'Where a person has to agree before an agent goes on, and who that may be. Used by orchestrators. `mindmesh approvals ls` lists what waits.',
  schema,
  variables: [],
  flags: [],
} as const satisfies Section;
