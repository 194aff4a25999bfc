// Pages of docs/ that are tables of the source.
import type { ErrorEntry } from '../protocols/errors.ts';
import type { MetricEntry } from '../roles/ports/metrics.ts';

export function renderErrors(errors: Readonly<Record<string, ErrorEntry>>): string {
  const entries = Object.entries(errors).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = entries.map(
    ([code, { http, retryable, text, fix }]) =>
      `| <a id="${code}"></a>\`${code}\` | ${http} | ${retryable ? 'yes' : 'no'} | ${cell(text)} | ${cell(fix)} |`,
  );
  return `# Errors

Made from \`protocols/errors.ts\` by \`scripts/generate-errors.ts\`. Every error has a code for programs, a sentence for people and a way to
mend it. Over HTTP it is a problem as RFC 9457 has it, with \`code\`, \`fix\` and \`retryable\` beside the standard fields; on the command line the
sentence and the fix are printed. Words in braces are filled in.

| code | HTTP | may succeed later by itself | what happened | what to do |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

export function renderMetrics(metrics: Readonly<Record<string, MetricEntry>>): string {
  const rows = Object.entries(metrics).map(
    ([name, { kind, help, labels }]) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`,
  );
  return `# Metrics

Made from \`roles/ports/metrics.ts\` by \`scripts/generate-metrics.ts\`. \`GET /metrics\` on every role's port answers them as OpenMetrics text; it
wants the bearer token. Names end in their unit, times are seconds, and the values of labels come from closed sets. A gauge is shown by
the nodes that can read it.

| name | kind | labels | what it tells |
|---|---|---|---|
${rows.join('\n')}
`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
