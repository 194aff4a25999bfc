/**
 * The thirteen generals that ship: the eleven of the first source document and the two of the fourth. Names, specialisation
 * tokens and replicas are the documents' (docs/parity.md 045–055, G08); prompts lie in `templates/generals/<name>/`.
 */
export interface GeneralKind {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What it is good at: tokens that the capability strategy compares. */
  readonly specialisations: readonly string[];
  /** How many nodes of a cluster serve it in the shipped manifests. */
  readonly replicas: number;
}

export const GENERALS: readonly GeneralKind[] = [
  kind('code-review-general', 'Code review', 2, 'code_review', 'quality', 'best_practices'),
  kind('architecture-general', 'Architecture', 2, 'design', 'architecture', 'patterns'),
  kind('security-general', 'Security', 2, 'security', 'vulnerabilities', 'compliance'),
  kind('deployment-general', 'Deployment', 1, 'deployment', 'release', 'cicd'),
  kind('quality-assurance-general', 'Quality assurance', 1, 'testing', 'qa', 'validation'),
  kind('analytics-general', 'Analytics', 1, 'metrics', 'analysis', 'insights'),
  kind('documentation-general', 'Documentation', 1, 'docs', 'readme', 'guides'),
  kind('metrics-general', 'Metrics', 1, 'performance', 'monitoring', 'observability'),
  kind('triage-general', 'Triage', 1, 'prioritization', 'triage', 'routing'),
  kind('priority-general', 'Priority', 1, 'urgency', 'severity', 'escalation'),
  kind('general-purpose-general', 'General purpose', 3, 'general', 'multipurpose'),
  kind('product-owner-general', 'Product owner', 1, 'requirements', 'clarification', 'acceptance_criteria'),
  kind('developer-general', 'Developer', 1, 'code_generation', 'implementation', 'tests'),
];

/** Takes every event that no route names. */
export const UNROUTED_GENERAL = 'general-purpose-general';

/** How many tasks a general takes, running and queued together (F03). */
export const DEFAULT_CAPACITY = 10;

/** Other spellings of the source documents' diagrams (docs/parity.md 056). */
const ALIASES: Readonly<Record<string, string>> = {
  'qa-general': 'quality-assurance-general',
  qa: 'quality-assurance-general',
};

/** The full name of a general: `code-review` and `code-review-general` are one; what is unknown stays as it is. */
export function generalName(text: string): string {
  const name = ALIASES[text] ?? text;
  if (generalKind(name) !== undefined) return name;
  const long = `${name}-general`;
  return generalKind(long) === undefined ? name : long;
}

export function generalKind(name: string): GeneralKind | undefined {
  return GENERALS.find((general) => general.name === name);
}

function kind(name: string, title: string, replicas: number, ...specialisations: string[]): GeneralKind {
  return { name, title, specialisations, replicas };
}
