import { exampleWebhooks, type Webhook } from '../support/github.ts';
import type { Chance } from './chance.ts';

const REPOSITORIES = 20;
const NUMBERS = 50;

/** Issues and pull requests that were opened, each about one of a thousand subjects: work of one subject is done one at a time. */
export function tortureWebhooks(chance: Chance): () => Webhook {
  const opened = exampleWebhooks().filter(
    ({ event, payload }) => (event === 'issues' || event === 'pull_request') && Object(payload).action === 'opened',
  );
  return () => {
    const { event, payload } = chance.pick(opened);
    const repository = `repo-${Math.floor(chance.between(0, REPOSITORIES))}`;
    return { event, payload: about(Object(payload), repository, 1 + Math.floor(chance.between(0, NUMBERS))) };
  };
}

/** Every general has something to say of it, also by its rules. */
const WORTH_A_COMMENT = 'TODO: production is down since the last release.';

function about(payload: Readonly<Record<string, unknown>>, name: string, number: number): object {
  const renumbered = Object.entries(payload).map(([key, value]) => {
    if (key === 'number') return [key, number];
    if (key === 'issue' || key === 'pull_request') return [key, { ...Object(value), number, body: WORTH_A_COMMENT }];
    if (key === 'repository') return [key, { ...Object(value), name, full_name: `torture/${name}` }];
    return [key, value];
  });
  return Object.fromEntries(renumbered);
}
