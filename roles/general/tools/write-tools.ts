import * as z from 'zod';
import type { CheckBody, LabelBody } from '../../../protocols/effect-bodies.ts';
import { RESERVED_LABELS } from '../../../protocols/manifest.ts';
import { code, oneLine, plain } from '../outgoing.ts';
import { reviewBody } from '../outputs/review.ts';
import { NO_NUMBER, PathSchema } from './read-tools.ts';
import { numberedThing, type Site } from './site.ts';
import { toolOf } from './tool.ts';

const TextSchema = z.string().trim().min(1).max(8_000);

export const COMMENT = toolOf({
  access: 'write',
  description: 'Posts a comment on the issue or pull request of the event. Only for what cannot wait for your answer.',
  arguments: z.strictObject({ text: TextSchema }),
  run: async ({ text }, site) => {
    const target = targetOf(site);
    if (target === undefined) return NO_NUMBER;
    return { intent: { kind: 'comment', target, body: `${plain(text, site.redact)}\n\n${footerOf(site)}` } };
  },
});

export const REVIEW = toolOf({
  access: 'write',
  description:
    'Posts a review of the pull request of the event, with remarks on lines of the new version that the diff shows. It neither approves nor rejects.',
  arguments: z.strictObject({
    summary: TextSchema,
    remarks: z
      .array(z.strictObject({ path: PathSchema, line: z.int().positive(), text: TextSchema.max(2_000) }))
      .max(20),
  }),
  run: async ({ summary, remarks }, site) => {
    const at = numberedThing(site);
    const target = targetOf(site);
    const { sha, redact } = site;
    if (at === undefined || target === undefined || !site.isPullRequest || sha === undefined) {
      return { refusal: 'This event is about no head of a pull request.' };
    }
    const files = (await site.forge?.changedFiles(at, site.signal))?.items;
    const body = reviewBody({ head: plain(summary, redact), remarks, files, sha, redact, footer: footerOf(site) });
    return { intent: { kind: 'review', target, body } };
  },
});

export const LABEL = toolOf({
  access: 'write',
  description: 'Sets one label, of those that this general may set, on the issue or pull request of the event.',
  arguments: z.strictObject({ label: z.string().min(1).max(50) }),
  run: async ({ label }, site) => {
    const target = targetOf(site);
    if (target === undefined) return NO_NUMBER;
    if (!site.labels.includes(label) || RESERVED_LABELS.includes(label)) {
      return { refusal: `It may set only these labels: ${site.labels.join(', ') || 'none'}.` };
    }
    const body: LabelBody = { add: [label] };
    return { intent: { kind: 'label', target, body } };
  },
});

export const CHECK_RUN = toolOf({
  access: 'write',
  description: 'Reports a check on the commit of the event: success, neutral or failure.',
  arguments: z.strictObject({
    conclusion: z.enum(['success', 'neutral', 'failure']),
    title: z.string().trim().min(1).max(200),
    summary: TextSchema,
  }),
  run: async ({ conclusion, title, summary }, { repository, sha, by, redact }) => {
    if (sha === undefined) return { refusal: 'This event names no commit.' };
    const body: CheckBody = {
      name: by.general,
      conclusion,
      title: oneLine(title, redact),
      summary: plain(summary, redact),
    };
    return { intent: { kind: 'check-run', target: { repository, sha }, body } };
  },
});

function targetOf({ repository, number, since }: Site) {
  return number === undefined || repository === '' ? undefined : { repository, number, since };
}

function footerOf({ by, redact }: Site): string {
  return `<sub>${code(by.general, redact)} in ${code(by.cluster, redact)}</sub>`;
}
