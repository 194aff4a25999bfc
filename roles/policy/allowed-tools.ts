import type { Trust } from '../../protocols/event.ts';
import { OUTPUT_KINDS, type OutputKind, type ToolName } from '../../protocols/manifest.ts';

/**
 * What each tool of an agent does. read: sees what lies in the repository of the event · write: changes something that people
 * see, as an effect. None takes a repository or a number: each works on what the event is about.
 */
export const TOOL_ACCESS: Readonly<Record<ToolName, 'read' | 'write'>> = {
  read_diff: 'read',
  read_file: 'read',
  list_paths: 'read',
  read_issue: 'read',
  read_comments: 'read',
  read_checks: 'read',
  search_code: 'read',
  comment: 'write',
  review: 'write',
  label: 'write',
  check_run: 'write',
};

interface Allowance {
  readonly writes: boolean;
  readonly outputs: readonly OutputKind[];
}

const TRUSTED: Allowance = { writes: true, outputs: OUTPUT_KINDS };
/**
 * The daemon itself may post one comment of a checked form, and labels of a fixed list; the agent may only read (T6). What came of
 * checks and deployments is told in words of ours.
 */
const UNTRUSTED: Allowance = { writes: false, outputs: ['comment', 'label', 'release-note'] };

const ALLOWANCES: Readonly<Record<Trust, Allowance>> = {
  owner: TRUSTED,
  member: TRUSTED,
  collaborator: TRUSTED,
  stranger: UNTRUSTED,
  // Whoever made it act is not known.
  bot: UNTRUSTED,
};

/** Those of the general's tools that an event of this trust level lets it call. */
export function allowedTools(trust: Trust, tools: readonly ToolName[]): ToolName[] {
  return tools.filter((tool) => ALLOWANCES[trust].writes || TOOL_ACCESS[tool] === 'read');
}

/** The same findings as what is allowed: a comment says what a review, a check run or a note would have said. */
export function allowedOutput(trust: Trust, output: OutputKind): OutputKind {
  return ALLOWANCES[trust].outputs.includes(output) ? output : 'comment';
}
