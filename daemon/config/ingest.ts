import * as z from 'zod';
import { SecretRefSchema, secretFile, secretIn } from './secret.ts';
import type { Section } from './section.ts';
import { sweepSchema } from './sweep.ts';
import { asText, duration, listOf, size, webUrl } from './values.ts';

const schema = z
  .strictObject({
    ack: z
      .enum(['disk', 'peer'])
      .default('disk')
      .describe(
        'When a webhook is answered 202: synced to this disk (disk), or to this and to that of one other node (peer). Without another node within 5 s the answer is 503 and the event stays; sent again it is answered 200 once there is a copy.',
      ),
    github: z
      .strictObject({
        secrets: listOf(SecretRefSchema)
          .default([])
          .describe(
            'Webhook secrets, all valid at once: during a rotation the new and the old. Without one the route is not served.',
          ),
        path: z
          .string()
          .regex(/^\/[\w./-]*$/, 'is not a path like /webhook/github')
          .default('/webhook/github')
          .describe('Where GitHub posts; /api/webhooks is served as well.'),
        sweep: sweepSchema,
      })
      .prefault({}),
    maxBodyBytes: size('25MiB').describe('Largest body, counted while it is read. GitHub sends 25 MB at most.'),
    readDeadline: duration('10s').describe('How long a sender may take for its body.'),
    rate: z
      .strictObject({
        perSource: z
          .number()
          .positive()
          .default(100)
          .describe('Requests a second from one source address, on average.'),
        burst: z
          .int()
          .positive()
          .default(1_000)
          .describe('Requests a source may have saved up. More lets one sender take more at once.'),
      })
      .prefault({}),
    minFreeBytes: size('1GiB').describe(
      'With less room on the disk nothing more is taken in (503); accepted work goes on. A little above it, on any node, generals answer busy (1.1 times) and orchestrators make no new offers (1.2 times).',
    ),
    minFreeShare: z
      .number()
      .min(0)
      .max(0.9)
      .default(0.1)
      .describe(
        'The same as a share of the disk, 0.1 for 10 %; the larger of the two counts. 0 leaves minFreeBytes alone.',
      ),
    maxStoreBytes: size('16GiB').describe(
      'With a store larger than this nothing more is taken in (503), until retention has made it smaller.',
    ),
    maxOpenEvents: z
      .int()
      .positive()
      .default(1_000_000)
      .describe('With more events than this that are not settled nothing more is taken in (503), until some are.'),
    forwardTo: webUrl
      .exactOptional()
      .describe(
        'An orchestrator that is to get the events by HTTP while this aggregator has no peers in the mesh. Read and checked; this version does not hand over yet.',
      ),
  })
  .prefault({});

export const ingestSection = {
  name: 'ingest',
  about: 'How webhooks come in. Used by aggregators.',
  schema,
  variables: [
    { name: 'GITHUB_WEBHOOK_SECRET', key: 'ingest.github.secrets', parse: secretIn('GITHUB_WEBHOOK_SECRET') },
    { name: 'GITHUB_WEBHOOK_SECRET_FILE', key: 'ingest.github.secrets', parse: secretFile },
    { name: 'MINDOS_URL', key: 'ingest.forwardTo', parse: asText },
  ],
  flags: [
    { name: 'ack', key: 'ingest.ack', parse: asText, value: 'disk|peer', help: 'when a webhook is answered 202' },
    {
      name: 'webhook-secret-file',
      key: 'ingest.github.secrets',
      parse: secretFile,
      value: 'FILE',
      help: 'file with a GitHub webhook secret',
      many: true,
    },
  ],
} as const satisfies Section;
