import * as z from 'zod';
import { ModelClassSchema } from './agent-records.ts';
import { TRUST_LEVELS, TrustSchema } from './event.ts';

/** What agents may call. What each does and who may call it: roles/policy/allowed-tools.ts. */
export const TOOL_NAMES = [
  'read_diff',
  'read_file',
  'list_paths',
  'read_issue',
  'read_comments',
  'read_checks',
  'search_code',
  'comment',
  'review',
  'label',
  'check_run',
] as const;
export const ToolNameSchema = z.enum(TOOL_NAMES);
export type ToolName = z.infer<typeof ToolNameSchema>;

/** How people see what a general found. */
export const OUTPUT_KINDS = ['review', 'check-run', 'label', 'comment', 'report', 'release-note'] as const;
export const OutputKindSchema = z.enum(OUTPUT_KINDS);
export type OutputKind = z.infer<typeof OutputKindSchema>;

/** Labels that make others work: only a person, or the product owner after its own checks, sets them. */
export const RESERVED_LABELS: readonly string[] = ['ready-for-dev', 'needs-clarification'];

/** What one piece of work may cost at most. */
export const BudgetSchema = z.strictObject({
  /** Questions to the model. More means deeper reading, and longer waits. */
  turns: z.int().min(1).max(50).default(8),
  /** Of prompts and answers together. */
  tokens: z.int().min(1_000).max(5_000_000).default(150_000),
  /** From the first question to the answer. */
  seconds: z.int().min(5).max(3_600).default(300),
});
export type Budget = z.infer<typeof BudgetSchema>;

export const GENERAL_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** `manifest.json` in a general's folder: all of it that is no prompt. */
export const ManifestSchema = z
  .strictObject({
    name: z.string().regex(GENERAL_NAME, 'is not a name of a general: small letters, digits and -'),
    title: z.string().min(1),
    /** What it is good at: tokens that the capability strategy compares. */
    specialisations: z.array(z.string().min(1)).min(1),
    /** How many nodes of a cluster serve it in the shipped manifests. */
    replicas: z.int().positive().default(1),
    /** What its prompts tell it to look at. */
    looksAt: z.array(z.string().min(1)).min(1),
    /** Whose events it works on. Default: everybody's. */
    trust: z
      .array(TrustSchema)
      .min(1)
      .default([...TRUST_LEVELS]),
    /** What its agent may call; an event of a stranger leaves only those that read (T6). */
    tools: z.array(ToolNameSchema).default([]),
    output: OutputKindSchema.default('comment'),
    /** The only labels it may set. */
    labels: z.array(z.string().min(1).max(50)).max(50).default([]),
    modelClass: ModelClassSchema.default('small'),
    budget: BudgetSchema.prefault({}),
  })
  .superRefine(({ output, tools, labels }, ctx) => {
    const issue = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if ((output === 'label' || tools.includes('label')) && labels.length === 0) {
      issue('labels', 'names the labels that this general may set: it sets some, so at least one is wanted');
    }
    const reserved = labels.find((label) => RESERVED_LABELS.includes(label));
    if (reserved !== undefined) issue('labels', `${reserved} makes others work: no general of this kind sets it`);
  });
export type Manifest = z.infer<typeof ManifestSchema>;
