import type { MeshEvent } from '../../../protocols/event.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { toolLoop } from '../loop/tool-loop.ts';
import { type Conduct, conducting } from '../session-runner.ts';
import { productOwner } from './product-owner.ts';

/** On an issue the product owner has a way of its own; about anything else it is asked like everybody. */
export function ownerConduct(options: ConversationOptions, parts: ConversationParts): Conduct {
  const own = conducting(productOwner(options, parts));
  const usual = conducting(toolLoop(options, parts));
  return (runner, scene, session) =>
    (scene.task !== undefined && isOfIssue(scene.event) ? own : usual)(runner, scene, session);
}

function isOfIssue({ kind, repository, data: { issue } }: MeshEvent): boolean {
  return kind.startsWith('issue_') && repository !== '' && issue !== undefined && !issue.isPullRequest;
}
