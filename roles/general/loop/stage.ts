import type { Manifest, ToolName } from '../../../protocols/manifest.ts';
import { allowedTools } from '../../policy/allowed-tools.ts';
import { maskSecrets } from '../../policy/redact.ts';
import { trustOf } from '../../policy/trust.ts';
import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { manifestOf } from '../manifests.ts';
import { placeOf, type Site } from '../tools/site.ts';

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
