import { generalKind } from '../../protocols/generals.ts';

/** `billing` of `billing-general`. */
export function specialisationOf(name: string): string {
  return name.replace(/-general$/, '').replaceAll('-', '_');
}

/** What belongs into the folder of a new general, or of a shipped one that is to be changed, by name of the file. */
export function filesOfNewGeneral(name: string): Readonly<Record<string, string>> {
  if (generalKind(name) !== undefined) return { 'context.hbs': CONTEXT };
  return { 'manifest.json': manifestOf(name), 'context.hbs': CONTEXT };
}

function manifestOf(name: string): string {
  const field = specialisationOf(name).replaceAll('_', ' ');
  const manifest = {
    name,
    title: field.charAt(0).toUpperCase() + field.slice(1),
    specialisations: [specialisationOf(name)],
    replicas: 1,
    looksAt: [`What of the event concerns ${field}`, 'Whether anybody has to do something about it, and who'],
    trust: ['owner', 'member', 'collaborator', 'stranger', 'bot'],
    tools: ['read_diff', 'read_file', 'list_paths', 'read_issue', 'read_comments'],
    output: 'comment',
    modelClass: 'small',
    budget: { turns: 8, tokens: 150_000, seconds: 300 },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const CONTEXT = `{{!-- What {{general.name}} should know of this place; it follows its prompt (docs/generals.md). --}}
What you know of {{node.org}}
- Nothing yet: write here what a new colleague would have to be told.
`;
