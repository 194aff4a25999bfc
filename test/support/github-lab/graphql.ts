import type { LabParts } from './proxy.ts';
import type { Pulls } from './pulls.ts';
import type { Reviews } from './reviews.ts';
import { type Ask, accountOf, isJson, type Json, LabProblem, ok, type Routes, textOf } from './router.ts';

/**
 * Gap: no GraphQL. Only what REST has no way for, with its input in the variable `input`.
 * https://docs.github.com/graphql/reference/mutations#markpullrequestreadyforreview · #convertpullrequesttodraft · #minimizecomment
 */
export function graphqlRoutes(lab: LabParts, pulls: Pulls, reviews: Reviews): Routes {
  const mutations: Readonly<Record<string, (ask: Ask, input: Json) => unknown>> = {
    markPullRequestReadyForReview: (ask, input) => draft(ask, textOf(input.pullRequestId), false),
    convertPullRequestToDraft: (ask, input) => draft(ask, textOf(input.pullRequestId), true),
    minimizeComment: (_ask, input) => {
      reviews.minimize(textOf(input.subjectId));
      return { minimizedComment: { isMinimized: true } };
    },
  };

  async function draft(ask: Ask, nodeId: string, isDraft: boolean) {
    const found = pulls.byNode(nodeId);
    if (found === undefined) throw new LabProblem(404, `Could not resolve to a node with the global id of '${nodeId}'`);
    const { repository, pull } = found;
    const path = `/repos/${repository}/pulls/${pull.number}`;
    const before = await lab.emulate(accountOf(ask), 'GET', path);
    await lab.emulate(accountOf(ask), 'PATCH', path, { draft: isDraft });
    const action = isDraft ? 'converted_to_draft' : 'ready_for_review';
    const isChanged = isJson(before.json) && before.json.draft !== isDraft;
    if (isChanged) pulls.tell(repository, pull.number, accountOf(ask), { action });
    return { pullRequest: { isDraft } };
  }

  return {
    'POST /graphql': async (ask) => {
      const query = textOf(ask.body.query);
      const [name, mutation] = Object.entries(mutations).find(([each]) => query.includes(`${each}(`)) ?? [];
      const { variables } = ask.body;
      const input = isJson(variables) && isJson(variables.input) ? variables.input : {};
      if (name === undefined || mutation === undefined)
        return ok({ errors: [{ message: 'The lab knows no such field' }] });
      try {
        return ok({ data: { [name]: await mutation(ask, input) } });
      } catch (error) {
        if (!(error instanceof LabProblem)) throw error;
        return ok({ data: { [name]: null }, errors: [{ type: 'NOT_FOUND', path: [name], message: error.message }] });
      }
    },
  };
}
