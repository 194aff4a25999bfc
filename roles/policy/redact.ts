/**
 * Secrets by their form. What is found is named by its kind; its value goes nowhere. Every repetition is bounded, so that no
 * text, whoever wrote it, costs more than its length times a constant.
 */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  // As a whole where its end is there, else with the lines that look like its content.
  [
    'a private key',
    /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?:(?!-----BEGIN )[\s\S]){0,12000}?-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|(?:(?:\s|\\[nr]){1,8}[A-Za-z0-9+/=]{16,200}){0,200})/g,
  ],
  ['an age secret key', /\bAGE-SECRET-KEY-1[0-9A-Z]{50,70}\b/g],
  ['a GitHub token', /\b(?:gh[opsur]_[A-Za-z0-9_.-]{20,1000}|github_pat_\w{20,255})/g],
  ['a GitLab token', /\bgl(?:pat|dt|rt|cbt|ptt|soat)-[\w-]{20,100}/g],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['a Google API key', /\bAIza[\w-]{35}/g],
  ['an Azure storage key', /\bAccountKey=[A-Za-z0-9+/]{40,100}={0,2}/g],
  ['an API key', /\b(?:sk|rk|pk)[-_](?:live_|test_|ant-|proj-)?[\w-]{20,250}/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,60}\b/g],
  ['a DigitalOcean token', /\bdo[opr]_v1_[a-f0-9]{64}\b/g],
  ['a Tailscale key', /\btskey-[a-z]{1,20}-[A-Za-z0-9-]{16,120}/g],
  ['a Slack token', /\bxox[abeoprs]-[\w-]{10,200}/g],
  ['a Slack webhook', /\bhttps:\/\/hooks\.slack\.com\/services\/[\w/]{20,100}/g],
  [
    'a Discord webhook',
    /\bhttps:\/\/(?:\w{1,20}\.)?discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{5,25}\/[\w-]{30,100}/g,
  ],
  ['a Discord token', /\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}\b/g],
  ['a JSON Web Token', /\beyJ[\w-]{10,2000}\.[\w-]{10,4000}\.[\w-]{10,2000}/g],
  ['a bearer token', /\bBearer\s{1,3}(?=[\w.~+/-]{0,300}\d)[\w.~+/-]{20,2000}={0,2}/gi],
  ['credentials in an address', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,100}:[^\s/@"'<>]{3,100}@/gi],
  [
    'an assigned password or token',
    /(?<![A-Za-z])(?:password|passwd|passphrase|pwd|secret|client[_-]?secret|secret[_-]?(?:access[_-]?)?key|api[_-]?key|private[_-]?key|access[_-]?token|auth[_-]?token)["']?\s{0,3}[:=]\s{0,3}(?:"[^"\n${}<>]{8,200}"|'[^'\n${}<>]{8,200}'|["']?[^\s"'<>{}$()]{8,200})/gi,
  ],
  [
    'an assigned password or token',
    /(?<![A-Za-z])token["']?[:=]["']?(?=[^\s"'<>{}$()]{0,200}\d)[^\s"'<>{}$()]{8,200}/gi,
  ],
];

/** Takes secrets out of a text. Never throws. */
export type Redact = (text: string) => string;

/** Kinds of secrets a text seems to hold, by their forms. */
export function secretKinds(text: string): string[] {
  return [...new Set(FORMS.filter(([, form]) => text.search(form) >= 0).map(([kind]) => kind))];
}

/** Each secret, as far as its form tells that it is one, replaced by its kind. */
export function maskSecrets(text: string): string {
  return FORMS.reduce((masked, [kind, form]) => masked.replace(form, `[${kind}]`), text);
}

/** Shorter ones stand in texts that have nothing to do with them. */
const LEAST_CHARS = 6;
const HIDDEN = '[a secret of this node]';

/**
 * For everything that leaves: exact values first, also as they look inside an address, in JSON and in base64, then what has the
 * form of a secret.
 * @param values the node's own secrets, as they were given to it at its start
 */
export function redacting(values: readonly string[]): Redact {
  const spellings = [...new Set(values.flatMap(spellingsOf))]
    .filter(({ length }) => length >= LEAST_CHARS)
    .sort((a, b) => b.length - a.length);
  return (text) => maskSecrets(spellings.reduce((kept, value) => kept.replaceAll(value, HIDDEN), text));
}

function spellingsOf(value: string): string[] {
  const trimmed = value.trim();
  if (trimmed.length < LEAST_CHARS) return [];
  // Of base64 only what does not depend on its neighbours: the whole groups.
  const base64 = Buffer.from(trimmed)
    .toString('base64')
    .replace(/.{0,3}=+$/, '');
  return [value, trimmed, encodeURIComponent(trimmed), JSON.stringify(trimmed).slice(1, -1), base64];
}

/** The same of every text within a JSON value, names of fields included; what is no JSON comes back as its text. */
export function redactJson(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((each) => redactJson(each, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [redact(name), redactField(name, each, redact)]),
  );
}

const SECRET_NAME = /(?:password|passwd|passphrase|secret|api[_-]?key|private[_-]?key|token|authorization)$/i;

/** A field that is called a password holds one, whatever it looks like. */
function redactField(name: string, value: unknown, redact: Redact): unknown {
  if (typeof value === 'string' && value !== '' && SECRET_NAME.test(name)) return '[a field named as a secret]';
  return redactJson(value, redact);
}
