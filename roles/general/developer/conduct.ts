import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { toolLoop } from '../loop/tool-loop.ts';
import { type Conduct, conducting } from '../session-runner.ts';
import { type DeveloperParts, developer } from './developer.ts';

/** Those that may complete the pair of label and approval (roles/orchestrator/default-routes.ts). */
const KINDS: readonly string[] = ['issue_labeled', 'issue_commented', 'issue_updated'];

/** Where a development begins, and this node has all that it takes, the developer builds; about anything else, and elsewhere, it plans in words. */
export function developerConduct(options: ConversationOptions, parts: ConversationParts): Conduct {
  const usual = conducting(toolLoop(options, parts));
  if (!isEquipped(parts)) return usual;
  const own = conducting(developer(options, parts));
  return (runner, scene, session) => (begins(scene) ? own : usual)(runner, scene, session);
}

function isEquipped(parts: ConversationParts): parts is DeveloperParts {
  const { model, forge, retrieval, workspaces, syntax, effects } = parts;
  const has = [model, forge, retrieval, workspaces, syntax, effects].every((part) => part !== undefined);
  return has && effects?.serves('branch') === true && effects.serves('pull-request');
}

function begins({ event, task }: Scene): boolean {
  const { issue } = event.data;
  if (task === undefined || event.repository === '' || issue === undefined || issue.isPullRequest) return false;
  return KINDS.includes(event.kind);
}
