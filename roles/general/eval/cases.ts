import * as z from 'zod';
import {
  AssociationSchema,
  EventDataSchema,
  KindSchema,
  type MeshEvent,
  MeshEventSchema,
  SeveritySchema,
} from '../../../protocols/event.ts';

/** Facts of an event as a case tells them: what it leaves out is nothing special. */
export const EvalEventSchema = z.strictObject({
  kind: KindSchema,
  actor: z.string().default('octocat'),
  actortype: z.enum(['user', 'bot', 'organization', 'unknown']).default('user'),
  authorassociation: AssociationSchema.default('MEMBER'),
  repository: z.string().default('acme/shop'),
  severity: SeveritySchema.optional(),
  hops: z.int().nonnegative().default(0),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type EvalEvent = z.infer<typeof EvalEventSchema>;

/** What a good answer to it is like. Texts are looked for without case; `a|b` is found when either is. */
export const ExpectationSchema = z.strictObject({
  mentions: z.array(z.string().min(1)).optional(),
  never: z.array(z.string().min(1)).optional(),
  /** Of the worst finding. */
  severityAtLeast: SeveritySchema.optional(),
  severityAtMost: SeveritySchema.optional(),
  labelOneOf: z.array(z.string()).optional(),
  /** Nothing is to be seen of it outside. */
  silent: z.boolean().optional(),
});
export type Expectation = z.infer<typeof ExpectationSchema>;

export const EvalCaseSchema = z.strictObject({
  id: z.string().min(1),
  /** Why that answer is the right one. */
  because: z.string().min(1),
  /** An event, or the name of one of those that the generals share. */
  event: z.union([z.string(), EvalEventSchema]),
  expect: ExpectationSchema.refine((expect) => Object.keys(expect).length > 0, { message: 'expects nothing' }),
});

/** `eval.json` in a general's folder. */
export const EvalSetSchema = z.strictObject({
  /** Share of the cases that have to pass, 0–1, by who answers. */
  pass: z.strictObject({ offlineRules: z.number().min(0).max(1), model: z.number().min(0).max(1) }),
  cases: z.array(EvalCaseSchema).min(10),
});
export type EvalSet = z.infer<typeof EvalSetSchema>;

const NUMBER = 42;
const SHA = 'c'.repeat(40);

/** A whole event of the facts; `number` tells the cases of a set apart. */
export function eventOf(facts: z.input<typeof EvalEventSchema>, number: number): MeshEvent {
  const { data, kind, repository, ...rest } = EvalEventSchema.parse(facts);
  const id = `eval:${number}`;
  return MeshEventSchema.parse({
    specversion: '1.0',
    id,
    source: `https://github.com/${repository}`,
    type: `com.github.${kind}`,
    subject: `${repository}#${NUMBER}`,
    time: '2026-01-02T03:04:05Z',
    datacontenttype: 'application/json',
    kind,
    org: repository.split('/')[0] ?? '',
    repository,
    correlationid: id,
    ...rest,
    data: EventDataSchema.parse(completed(data, repository)),
  });
}

/** What each part of an event has to have, where a case does not say it. */
function completed(data: Readonly<Record<string, unknown>>, repository: string): Record<string, unknown> {
  const url = `https://github.com/${repository}`;
  const defaults: Readonly<Record<string, object>> = {
    pullRequest: {
      ...{
        number: NUMBER,
        title: '',
        body: '',
        url: `${url}/pull/${NUMBER}`,
        state: 'open',
        draft: false,
        merged: false,
      },
      ...{ author: 'octocat', base: { ref: 'main', sha: 'a'.repeat(40) }, labels: [] },
      head: { ref: 'work', sha: SHA, repository },
    },
    issue: {
      ...{ number: NUMBER, title: '', body: '', url: `${url}/issues/${NUMBER}`, state: 'open', author: 'octocat' },
      ...{ labels: [], comments: 0, isPullRequest: false },
    },
    push: {
      ...{ ref: 'refs/heads/main', before: 'a'.repeat(40), after: SHA, forced: false, created: false, deleted: false },
      ...{ commitCount: 1, commits: [], url: `${url}/compare/a...c` },
    },
    check: { name: 'build', status: 'completed', headSha: SHA, url: `${url}/runs/1` },
    deployment: { environment: 'staging', ref: 'main', sha: SHA },
    release: { tag: 'v1.0.0', name: '', body: '', draft: false, prerelease: false, url: `${url}/releases/1` },
    alert: { name: '', status: 'firing', summary: '', labels: {} },
    review: { id: 1, state: 'commented', body: '', author: 'hubot', url },
    comment: { id: 1, body: '', author: 'hubot', url },
  };
  const parts = Object.entries(data).map(([name, value]): [string, unknown] => {
    const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
    const usual = defaults[name];
    return [name, usual !== undefined && given !== undefined ? { ...usual, ...given } : value];
  });
  return {
    defaultBranch: 'main',
    ...Object.fromEntries(parts.map(([name, value]) => [name, withCommits(name, value)])),
  };
}

function withCommits(name: string, value: unknown): unknown {
  if (name !== 'push' || typeof value !== 'object' || value === null || !('commits' in value)) return value;
  const commits = Array.isArray(value.commits) ? value.commits : [];
  const whole = commits.map((commit: object, index) => ({
    ...{
      id: String(index + 1)
        .repeat(40)
        .slice(0, 40),
      message: '',
      author: 'octocat',
      added: [],
      removed: [],
      modified: [],
    },
    ...commit,
  }));
  return { ...value, commits: whole, commitCount: Math.max(1, whole.length) };
}
