import { ACTION_PAYLOAD_BYTES, type ActionRecord } from '../../protocols/agent-records.ts';
import { digestOf } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import { type Redact, redactJson } from '../policy/redact.ts';
import type { Action, Scene } from './conversation.ts';

export interface ActionOptions {
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly redact: Redact;
}

/** The record of an action (`logAction`); undefined where nothing was promised, so nothing is recorded. */
export function actionRecord(action: Action, scene: Scene, { at, redact }: ActionOptions): ActionRecord | undefined {
  const { task, event, general } = scene;
  if (task === undefined) return undefined;
  const { eventId, slot } = task;
  const { type, name, payload } = action;
  return {
    v: WIRE_VERSION,
    at: Math.max(0, Math.round(at)),
    type: 'action',
    eventId,
    slot,
    actionId: `act-${digestOf([eventId, slot, type, name], 20)}`,
    conversationId: event.subject,
    agentType: general.name,
    actionType: type,
    payload: fitting(redactJson(payload, redact)),
    actor: event.actor,
  };
}

/** A payload has to fit whatever a model wrote: its texts are cut, more and more. */
function fitting(payload: unknown): unknown {
  for (let chars = 4_000; chars > 1; chars = Math.floor(chars / 2)) {
    const fitted = cut(payload, chars);
    if (Buffer.byteLength(JSON.stringify(fitted)) <= ACTION_PAYLOAD_BYTES) return fitted;
  }
  return { cut: true };
}

function cut(value: unknown, chars: number): unknown {
  if (typeof value === 'string') return value.length <= chars ? value : `${value.slice(0, chars)}…`;
  if (Array.isArray(value)) return value.slice(0, chars).map((each) => cut(each, chars));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cut(each, chars)]));
}
