import * as z from 'zod';
import { BlobNameSchema } from './blob.ts';
import { EventIdSchema } from './ids.ts';

/**
 * What happened, normalised: a CloudEvents 1.0 envelope (structured JSON mode) with our extension attributes
 * (lower-case letters and digits only, CloudEvents 1.0 section 3.1) and the payload fields that generals use.
 */

/** Our short names for what happened: what routes match on. The first six are the source document's. */
export const KINDS = [
  'review_started',
  'review_submitted',
  'needs_attention',
  'commit_graph',
  'pr_created',
  'pr_merged',
  'pr_updated',
  'pr_closed',
  'pr_labeled',
  'pr_commented',
  'review_commented',
  'issue_opened',
  'issue_updated',
  'issue_labeled',
  'issue_closed',
  'issue_commented',
  'commit_commented',
  'check_completed',
  'checks_requested',
  'status_changed',
  'workflow_completed',
  'workflow_progressed',
  'deployment_created',
  'deployment_status',
  'release_published',
  'release_changed',
  'discussion',
  'security_alert',
  'repository_changed',
  'access_changed',
  'project_changed',
  'other',
] as const;
export const KindSchema = z.enum(KINDS);
export type Kind = z.infer<typeof KindSchema>;

/** GitHub's author_association, kept as the payload says it; what it is worth is decided later by the repository's org (T6). */
export const ASSOCIATIONS = [
  'OWNER',
  'MEMBER',
  'COLLABORATOR',
  'CONTRIBUTOR',
  'FIRST_TIME_CONTRIBUTOR',
  'FIRST_TIMER',
  'MANNEQUIN',
  'NONE',
  'UNKNOWN',
] as const;
export const AssociationSchema = z.enum(ASSOCIATIONS);
export type Association = z.infer<typeof AssociationSchema>;

/** What the org that owns the repository thinks of the actor, decided before routing and recorded (T6). */
export const TRUST_LEVELS = ['owner', 'member', 'collaborator', 'stranger', 'bot'] as const;
export const TrustSchema = z.enum(TRUST_LEVELS);
export type Trust = z.infer<typeof TrustSchema>;

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export const SeveritySchema = z.enum(SEVERITIES);
export type Severity = z.infer<typeof SeveritySchema>;

/** Longest text kept of each kind of field, in UTF-16 code units; what is cut ends with the mark. Together they stay below one record. */
export const TEXT_LIMITS = { title: 1_024, name: 512, body: 32_768, message: 2_048, url: 2_048 } as const;
export const LIST_LIMITS = { labels: 100, commits: 50, paths: 100 } as const;

const text = z.string();
const count = z.int().nonnegative();

export const PullRequestSchema = z.object({
  number: count,
  title: text,
  body: text,
  url: text,
  state: text,
  draft: z.boolean(),
  merged: z.boolean(),
  author: text,
  base: z.object({ ref: text, sha: text }),
  head: z.object({ ref: text, sha: text, repository: text.optional() }),
  labels: z.array(text),
  /** Absent where the payload leaves them out (events that carry a short form of the pull request). */
  additions: count.optional(),
  deletions: count.optional(),
  changedFiles: count.optional(),
  commits: count.optional(),
  reviewers: z.array(text).optional(),
});
export type PullRequest = z.infer<typeof PullRequestSchema>;

export const IssueSchema = z.object({
  number: count,
  title: text,
  body: text,
  url: text,
  state: text,
  author: text,
  labels: z.array(text),
  comments: count,
  isPullRequest: z.boolean(),
});
export type Issue = z.infer<typeof IssueSchema>;

export const CommitSchema = z.object({
  id: text,
  message: text,
  author: text,
  added: z.array(text),
  removed: z.array(text),
  modified: z.array(text),
});
export type Commit = z.infer<typeof CommitSchema>;

/** One flat set of facts; an event carries those its payload has. */
export const EventDataSchema = z.object({
  action: text.optional(),
  pullRequest: PullRequestSchema.optional(),
  issue: IssueSchema.optional(),
  comment: z
    .object({ id: count, body: text, author: text, url: text, path: text.optional(), line: count.optional() })
    .optional(),
  review: z.object({ id: count, state: text, body: text, author: text, url: text }).optional(),
  push: z
    .object({
      ref: text,
      before: text,
      after: text,
      forced: z.boolean(),
      created: z.boolean(),
      deleted: z.boolean(),
      commitCount: count,
      commits: z.array(CommitSchema),
      url: text,
    })
    .optional(),
  check: z
    .object({
      name: text,
      status: text,
      conclusion: text.optional(),
      headSha: text,
      branch: text.optional(),
      url: text,
      summary: text.optional(),
    })
    .optional(),
  deployment: z
    .object({
      environment: text,
      state: text.optional(),
      description: text.optional(),
      ref: text,
      sha: text,
      url: text.optional(),
    })
    .optional(),
  release: z
    .object({ tag: text, name: text, body: text, draft: z.boolean(), prerelease: z.boolean(), url: text })
    .optional(),
  alert: z
    .object({ name: text, status: text, summary: text, fingerprint: text.optional(), labels: z.record(text, text) })
    .optional(),
  label: text.optional(),
  defaultBranch: text.optional(),
  private: z.boolean().optional(),
  /** Facts of events that have no shape of their own above: short strings by name. */
  facts: z.record(text, z.union([text, z.number(), z.boolean()])).optional(),
  /** What the caller of `POST /distribute` chose instead of the routes (G02). Only that route and a replay set it, never a webhook. */
  asked: z
    .object({
      generals: z.array(text).optional(),
      clusters: z.array(text).optional(),
      strategy: text.optional(),
      priority: text.optional(),
    })
    .optional(),
  /** Names of the fields that were cut to their limit: nothing is cut silently. */
  truncated: z.array(text).optional(),
});
export type EventData = z.infer<typeof EventDataSchema>;

export const MeshEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: EventIdSchema,
  /** URI of where it happened, e.g. `https://github.com/owner/name`. */
  source: text,
  /** `com.github.<event>` or `com.github.<event>.<action>`. */
  type: text,
  /** What it is about: `owner/name#7`, else ref, else alert fingerprint, else source: the unit of order and ownership (W1). */
  subject: text,
  /** RFC 3339 time of the happening as the payload tells it, else of its arrival. */
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  kind: KindSchema,
  /** The mesh org that took the event in. */
  org: text,
  /** `owner/name`; empty for events that belong to no repository. */
  repository: text,
  /** Login of who caused it. */
  actor: text,
  actortype: z.enum(['user', 'bot', 'organization', 'unknown']),
  authorassociation: AssociationSchema,
  /** How many agent effects lie between a person's act and this event (T6): at most 3. */
  hops: count,
  /** Follows one piece of work through every node and every effect; starts as the event id. */
  correlationid: text,
  /** Id of the event this one replays or follows from. */
  causationid: text.optional(),
  severity: SeveritySchema.optional(),
  /** Where fields of `data` were cut: the blob that holds the whole body, as its sender signed it (CloudEvents' extension `dataref`). */
  dataref: BlobNameSchema.optional(),
  data: EventDataSchema,
});
export type MeshEvent = z.infer<typeof MeshEventSchema>;
