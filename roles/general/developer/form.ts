import * as z from 'zod';

/**
 * What the developer wants of a model, in two answers: first the plan, then the change (docs/parity.md 248, 249). Texts are bounded so that a
 * model that runs on is noticed; what a path, a branch or a message may be is checked where it is used.
 */

const path = z.string().min(1).max(300);
const sentence = z.string().min(1).max(2_000);

export const PlanSchema = z.object({
  /** What will be different afterwards, for the people who read the pull request. */
  summary: sentence,
  kind: z.enum(['feature', 'bugfix']),
  /** Files of the program, in the order they are worked on. */
  files: z
    .array(z.object({ path, action: z.enum(['create', 'change', 'remove']), what: sentence }))
    .min(1)
    .max(30),
  tests: z.array(z.object({ path, what: sentence })).max(30),
  /** Files that have to be read before anything is written. */
  wants: z.array(path).max(20),
  confidence: z.number().min(0).max(1),
});
export type Plan = z.infer<typeof PlanSchema>;

/** Lines that are there now, and what stands there instead. */
export const ReplacementSchema = z.object({ search: z.string().min(1), replace: z.string() });
export type Replacement = z.infer<typeof ReplacementSchema>;

/** Exactly one of the two: the whole file, or places of one that is there. An empty list of places with no code is no edit. */
export const FileEditSchema = z.object({
  path,
  /** The whole file; null where `edits` says what changes. */
  code: z.string().nullable(),
  edits: z.array(ReplacementSchema).max(50),
});
export type FileEdit = z.infer<typeof FileEditSchema>;

export const ChangeSchema = z.object({
  files: z.array(FileEditSchema).max(30),
  tests: z.array(FileEditSchema).max(30),
  remove: z.array(path).max(30),
  /** First line: what the commit does. */
  commitMessage: z.string().min(1).max(4_000),
  /** For the description of the pull request: what a reviewer should know. */
  notes: z.string().max(8_000),
  confidence: z.number().min(0).max(1),
});
export type Change = z.infer<typeof ChangeSchema>;

/** After tests failed: what is changed on top of what there is now. */
export const RepairSchema = ChangeSchema.extend({
  /** Why they failed. */
  diagnosis: sentence,
});
export type Repair = z.infer<typeof RepairSchema>;
