import type { ToolName } from '../../../protocols/manifest.ts';
import type { ToolSpec } from '../../ports/model.ts';
import { READ_DIFF } from './read-diff.ts';
import { LIST_PATHS, READ_CHECKS, READ_COMMENTS, READ_FILE, READ_ISSUE, SEARCH_CODE } from './read-tools.ts';
import type { Tool } from './tool.ts';
import { CHECK_RUN, COMMENT, LABEL, REVIEW } from './write-tools.ts';

/** Every tool that an agent can have. Who may call which: roles/policy/allowed-tools.ts and its manifest. */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  read_diff: READ_DIFF,
  read_file: READ_FILE,
  list_paths: LIST_PATHS,
  read_issue: READ_ISSUE,
  read_comments: READ_COMMENTS,
  read_checks: READ_CHECKS,
  search_code: SEARCH_CODE,
  comment: COMMENT,
  review: REVIEW,
  label: LABEL,
  check_run: CHECK_RUN,
};

export function specsOf(names: readonly ToolName[]): ToolSpec[] {
  return names.map((name) => ({ name, ...TOOLS[name].spec }));
}
