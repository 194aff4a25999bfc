import * as z from 'zod';
import type { Section } from './section.ts';

const schema = z
  .strictObject({
    comments: z
      .enum(['off', 'on'])
      .default('off')
      .describe(
        'on posts what a general of this node found as one comment on the issue or pull request of the event, before its task is done. Wants github.token or github.app.',
      ),
  })
  .prefault({});

export const effectsSection = {
  name: 'effects',
  about:
    'What the generals of this node make visible outside the mesh. Each is there once, whatever crashes; docs/delivery.md says how.',
  schema,
  variables: [],
  flags: [],
} as const satisfies Section;
