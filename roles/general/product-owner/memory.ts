import * as z from 'zod';
import {
  CONVERSATION_BYTES,
  type ConversationRecord,
  type ConversationState,
} from '../../../protocols/agent-records.ts';
import { WIRE_VERSION } from '../../../protocols/names.ts';
import { type Tables, tableKey } from '../../ports/tables.ts';
import { getRow } from '../../replica/rows.ts';
import type { Scene } from '../conversation.ts';
import { type IssueAnalysis, IssueAnalysisSchema } from './form.ts';
import type { Known } from './machine.ts';
import type { Reading } from './reading.ts';

/** What a conversation's record says of the issue, beside its status. */
const AnalysisSchema = z.object({
  ...IssueAnalysisSchema.partial().shape,
  engine: z.string().optional(),
  asked: z.array(z.string()).default([]),
  heard: z.string().default(''),
});

/** Undefined before the first word, and where another build wrote what this one cannot read. */
export function knownOf(subject: string, tables: Pick<Tables, 'get'>): Known | undefined {
  const row = getRow(tables, 'conversations', subject);
  const where = getRow(tables, 'agent_rows', tableKey('conversations', subject));
  if (row === undefined || where === undefined) return undefined;
  const { asked, heard } = AnalysisSchema.safeParse(row.analysis).data ?? { asked: [], heard: '' };
  return { status: row.status, textHash: where.textHash ?? '', asked, heard };
}

export interface Kept {
  readonly status: ConversationState;
  readonly asked: readonly string[];
  readonly analysis?: IssueAnalysis;
  readonly engine?: string;
}

/** @param now wall-clock milliseconds */
export function conversationRecord(
  { status, asked, analysis, engine }: Kept,
  { scene, reading, known }: { readonly scene: Scene; readonly reading: Reading; readonly known: Known | undefined },
  { tables, now }: { readonly tables: Pick<Tables, 'get'>; readonly now: number },
): ConversationRecord | undefined {
  const { task, event } = scene;
  if (task === undefined) return undefined;
  const row = getRow(tables, 'conversations', event.subject);
  // The newest counts, whichever node's clock is behind.
  const at = Math.max(0, Math.round(now), (row?.updated_at ?? -1) + 1);
  const said = {
    ...analysis,
    asked,
    heard: reading.heard ?? known?.heard ?? '',
    ...(engine !== undefined && { engine }),
  };
  const { eventId, slot } = task;
  return {
    v: WIRE_VERSION,
    at,
    type: 'conversation',
    eventId,
    slot,
    conversationId: event.subject,
    issueNumber: reading.number,
    repoFullName: event.repository,
    status,
    analysis: fitting(said),
    textHash: reading.textHash,
    createdAt: row?.created_at ?? at,
  };
}

/** What was asked longest ago gives way first: nobody waits for its answer any more. */
function fitting<T extends { readonly asked: readonly string[] }>(said: T): T {
  let fitted = said;
  while (Buffer.byteLength(JSON.stringify(fitted)) > CONVERSATION_BYTES && fitted.asked.length > 0) {
    fitted = { ...fitted, asked: fitted.asked.slice(Math.ceil(fitted.asked.length / 2)) };
  }
  return fitted;
}
