/** Secrets by their form. What is found is named by its kind; its value goes nowhere. */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/g],
  ['a GitHub token', /\b(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})/g],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['an API key', /\bsk-[\w-]{20,200}/g],
  ['a Slack token', /\bxox[abeoprs]-[\w-]{10,200}/g],
  ['a JSON Web Token', /\beyJ[\w-]{10,2000}\.[\w-]{10,4000}\.[\w-]{10,2000}/g],
  ['credentials in an address', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{1,100}:[^\s/@"'<>]{3,100}@/gi],
  [
    'an assigned password or token',
    /\b(?:password|passwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s{0,3}[:=]\s{0,3}["']?[^\s"'<>{}$()]{8,200}/gi,
  ],
];

/** Kinds of secrets a text seems to hold. */
export function secretKinds(text: string): string[] {
  return FORMS.filter(([, form]) => text.search(form) >= 0).map(([kind]) => kind);
}

export function maskSecrets(text: string): string {
  return FORMS.reduce((masked, [kind, form]) => masked.replace(form, `[${kind}]`), text);
}
