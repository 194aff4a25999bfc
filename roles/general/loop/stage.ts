import type { Manifest, ToolName } from '../../../protocols/manifest.ts';
import { allowedTools, TOOL_ACCESS } from '../../policy/allowed-tools.ts';
import { maskSecrets } from '../../policy/redact.ts';
import { trustOf } from '../../policy/trust.ts';
import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { manifestOf } from '../manifests.ts';
import { numberedThing, placeOf, type Site } from '../tools/site.ts';

/** What stays the same through the steps of one conversation, made anew of its event for each. */
export interface Stage {
  readonly scene: Scene;
  readonly manifest: Manifest;
  readonly site: Site;
  /** Tools that the trust of the event, the manifest and the node let it call. */
  readonly allowed: readonly ToolName[];
  readonly options: ConversationOptions;
  readonly parts: ConversationParts;
}

export function stageOf(scene: Scene, options: ConversationOptions, parts: ConversationParts): Stage {
  const { general, event, signal, task } = scene;
  const { forge, retrieval, redact = maskSecrets } = parts;
  const manifest = manifestOf(general, parts.manifests);
  const by = { general: general.name, cluster: options.self.cluster };
  const site = { ...placeOf(event), labels: manifest.labels, by, redact, forge, retrieval, signal };
  // Who waits on a connection waits for one answer.
  const hasTools = task !== undefined && event.repository !== '';
  const tools = hasTools ? allowedTools(trustOf(event), manifest.tools) : [];
  return { scene, manifest, site, allowed: tools.filter((tool) => isServed(tool, parts)), options, parts };
}

/** What it may call now: where strangers wrote what it reads, nothing that writes. */
export function callable({ allowed }: Stage, { readsOnly }: { readonly readsOnly: boolean }): readonly ToolName[] {
  return readsOnly ? allowed.filter((tool) => TOOL_ACCESS[tool] === 'read') : allowed;
}

/** A member may speak below a stranger's pull request, and its agent then reads what the stranger wrote. */
export async function isByStranger({ site, allowed }: Stage): Promise<boolean> {
  const at = numberedThing(site);
  const { forge, isPullRequest, signal } = site;
  if (at === undefined || !allowed.some((tool) => TOOL_ACCESS[tool] === 'write')) return false;
  // Who cannot ask does not trust.
  if (forge === undefined) return true;
  const { association } = isPullRequest ? await forge.pullRequest(at, signal) : await forge.issue(at, signal);
  return !TRUSTED.has(association);
}

const TRUSTED: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

function isServed(tool: ToolName, { forge, retrieval, effects }: ConversationParts): boolean {
  switch (tool) {
    case 'read_diff':
    case 'read_file':
    case 'list_paths':
    case 'read_issue':
    case 'read_comments':
    case 'read_checks':
      return forge !== undefined;
    case 'search_code':
      return retrieval !== undefined;
    case 'comment':
    case 'review':
    case 'label':
      return effects?.serves(tool) === true;
    case 'check_run':
      return effects?.serves('check-run') === true;
  }
}
