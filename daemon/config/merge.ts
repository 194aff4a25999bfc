import type * as z from 'zod';
import { type Checked, SettingsSchema } from './config.ts';
import type { ConfigDocument } from './document.ts';
import { describeIssue } from './issues.ts';
import { settableKeys } from './keys.ts';
import type { Problem, Source } from './problem.ts';
import { isRecord, setAt } from './tree.ts';

/** One key as a flag or a variable sets it. */
export interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly source: Source;
  /** Said beside a problem with it. */
  readonly hint?: string;
}

export interface Layers {
  readonly flags: readonly Setting[];
  readonly environment: readonly Setting[];
  /** The first counts before the next. */
  readonly files: readonly ConfigDocument[];
}

/** Dotted key → where its value came from, for every key. */
export type Sources = ReadonlyMap<string, Source>;

export type Merged =
  | { readonly ok: true; readonly value: Checked; readonly sources: Sources }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Flag before environment before file before default. All problems of all layers are found at once. */
export function mergeLayers(layers: Layers): Merged {
  const above = [...layers.environment, ...layers.flags];
  const problems = [...layers.files.flatMap(checkFile), ...checkAbove(above)];
  if (problems.length > 0) return { ok: false, problems };
  const raw: Record<string, unknown> = {};
  for (const file of layers.files.toReversed()) layOver(raw, file.value);
  for (const { key, value } of above) setAt(raw, key.split('.'), value);
  const parsed = SettingsSchema.safeParse(raw);
  const sources = findSources(layers);
  if (parsed.success) return { ok: true, value: parsed.data, sources };
  return { ok: false, problems: parsed.error.issues.flatMap((issue) => describeIssue(issue, sourceIn(sources))) };
}

function checkFile(document: ConfigDocument): Problem[] {
  const issues = SettingsSchema.safeParse(document.value).error?.issues ?? [];
  const where = (path: readonly PropertyKey[]): Source => ({
    from: 'file',
    file: document.file,
    line: document.lineOf(path),
  });
  const found = issues.flatMap((issue) => describeIssue(issue, where));
  return [...document.problems, ...found].sort((a, b) => lineOf(a) - lineOf(b));
}

function checkAbove(settings: readonly Setting[]): Problem[] {
  return settings.flatMap(({ key, value, source, hint }) => {
    const raw: Record<string, unknown> = {};
    setAt(raw, key.split('.'), value);
    const issues = SettingsSchema.safeParse(raw).error?.issues ?? [];
    return issues
      .flatMap((issue: z.core.$ZodIssue) => describeIssue(issue, () => source))
      .map((problem) => ({ ...problem, key, text: hint === undefined ? problem.text : `${problem.text} (${hint})` }));
  });
}

function findSources({ flags, environment, files }: Layers): Sources {
  const above = new Map([...environment, ...flags].map(({ key, source }) => [key, source] as const));
  return new Map(
    settableKeys().map(({ key }) => {
      const path = key.split('.');
      const document = files.find((file) => file.has(path));
      const inFile = document && { from: 'file' as const, file: document.file, line: document.lineOf(path) };
      return [key, above.get(key) ?? inFile ?? { from: 'default' as const }];
    }),
  );
}

/** The source of the key that a path lies in. */
export function sourceIn(sources: Sources): (path: readonly PropertyKey[]) => Source {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const source = sources.get(path.slice(0, length).join('.'));
      if (source !== undefined) return source;
    }
    return { from: 'default' };
  };
}

function lineOf({ source }: Problem): number {
  return source.from === 'file' ? source.line : 0;
}

/** Mappings are joined key by key; all else replaces what was there. */
function layOver(target: Record<string, unknown>, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    const below = target[key];
    if (isRecord(below) && isRecord(value)) layOver(below, value);
    else target[key] = structuredClone(value);
  }
}
