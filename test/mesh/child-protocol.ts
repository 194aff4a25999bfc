import * as z from 'zod';
import { PeerIdSchema } from '../../protocols/ids.ts';

export const ChildSettingsSchema = z.object({
  keyFile: z.string(),
  port: z.int(),
  peers: z.array(z.object({ peer: PeerIdSchema, addresses: z.array(z.string()) })),
});
export type ChildSettings = z.infer<typeof ChildSettingsSchema>;

export const ChildNewsSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), peer: PeerIdSchema, addresses: z.array(z.string()) }),
  z.object({ type: z.literal('heard'), from: PeerIdSchema }),
]);
export type ChildNews = z.infer<typeof ChildNewsSchema>;

export function tellParent(news: ChildNews): void {
  process.send?.(news);
}
