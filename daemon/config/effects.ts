import * as z from 'zod';
import type { Section } from './section.ts';

/** One switch for what a permission of a token or an App is for; everything is off until somebody wants it. */
function allows(what: string) {
  return z.enum(['off', 'on']).default('off').describe(`${what} Wants github.token or github.app.`);
}

const schema = z
  .strictObject({
    comments: allows(
      'on posts what a general of this node found as one comment on the issue or pull request of the event, before its task is done.',
    ),
    reviews: z
      .enum(['off', 'on', 'verdicts'])
      .default('off')
      .describe(
        'on lets generals review pull requests, with comments on lines, without a verdict. verdicts lets them approve and request changes too: that counts where a branch wants approvals. Wants github.token or github.app.',
      ),
    labels: allows('on lets generals add and remove labels of issues and pull requests.'),
    checks: allows(
      'on lets generals say of a commit what they found: as check runs with github.app, as commit statuses with a token, because GitHub lets only Apps write check runs.',
    ),
    pullRequests: allows(
      'on lets generals make branches with commits of their own, open pull requests from them, and mark drafts ready for review.',
    ),
    merges: allows('on lets generals merge pull requests, and only with the head that was approved.'),
  })
  .prefault({});

export const effectsSection = {
  name: 'effects',
  about:
    'What the generals of this node make visible outside the mesh. Each is there once, whatever crashes; docs/delivery.md says how.',
  schema,
  variables: [],
  flags: [],
} as const satisfies Section;
