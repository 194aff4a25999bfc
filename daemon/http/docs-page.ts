/** The part of an OpenAPI document that the page shows. */
interface Described {
  readonly info?: { readonly title?: string; readonly version?: string };
  readonly paths?: Readonly<Record<string, object | undefined>>;
}

/** The routes as one page without scripts and without anything from elsewhere. */
export function renderDocs({ info, paths = {} }: Described): string {
  const title = escapeHtml(`${info?.title ?? 'mindmesh'} ${info?.version ?? ''}`);
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => rowOf(method, path, operation)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
  table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #ccc; vertical-align: top }
  code { font-family: ui-monospace, monospace }
  @media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } td, th { border-color: #444 } a { color: #8ab4f8 } }
</style></head><body>
<h1>${title}</h1>
<p>Machine-readable: <a href="/docs/openapi.json">OpenAPI 3.1</a>. Errors are problems (RFC 9457) with a <code>code</code> and a <code>fix</code>.</p>
<table><thead><tr><th>Route</th><th>What it does</th><th>Token</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}

function rowOf(method: string, path: string, operation: unknown): string {
  const { summary, security } = detailsOf(operation);
  const token = security?.length === 0 ? 'none' : 'bearer';
  return `<tr><td><code>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</code></td><td>${escapeHtml(summary)}</td><td>${token}</td></tr>`;
}

function detailsOf(operation: unknown): { summary: string; security?: readonly unknown[] } {
  if (typeof operation !== 'object' || operation === null) return { summary: '' };
  const summary = 'summary' in operation && typeof operation.summary === 'string' ? operation.summary : '';
  const security = 'security' in operation && Array.isArray(operation.security) ? operation.security : undefined;
  return { summary, ...(security && { security }) };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
