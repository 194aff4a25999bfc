import { z } from 'zod';
import { MeshEventSchema } from './event.ts';
import { ResultSchema } from './result.ts';

/** Body of `POST /process`, in the form of the first source document (CHECKLIST G07). `data` is whatever the sender has. */
export const ProcessPayloadSchema = z.object({
  event_type: z.string().min(1).max(200),
  /** RFC 3339. Default: now. */
  timestamp: z.iso.datetime({ offset: true }).optional(),
  data: z.record(z.string(), z.unknown()).default({}),
  /** Which of the node's generals is meant, by name; a node that offers one needs none. */
  general_info: z
    .object({ name: z.string(), cluster: z.string(), specialization: z.array(z.string()) })
    .partial()
    .optional(),
});
export type ProcessPayload = z.infer<typeof ProcessPayloadSchema>;

/** That form, or an event of the mesh as it is. */
export const ProcessRequestSchema = z.union([MeshEventSchema, ProcessPayloadSchema]);
export type ProcessRequest = z.infer<typeof ProcessRequestSchema>;

/** The source document's reply, made of a real result, with that result beside it. */
export const ProcessReplySchema = ResultSchema.extend({
  event_type: z.string(),
  status: z.literal('processed'),
  /** RFC 3339, when the work ended. */
  timestamp: z.iso.datetime({ offset: true }),
  /** The answer's summary. */
  analysis: z.string(),
  recommendations: z.array(z.string()),
});
export type ProcessReply = z.infer<typeof ProcessReplySchema>;
