import { z } from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import { type EventData, EventDataSchema, KindSchema, type MeshEvent, MeshEventSchema } from '../../protocols/event.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { type ProcessPayload, ProcessPayloadSchema } from '../../protocols/process.ts';

/** What `POST /process` asks for: an event, and the general if the body names one. */
export interface Request {
  readonly event: MeshEvent;
  readonly eventType: string;
  readonly general?: string;
}

/** What the body leaves open. */
export interface Around {
  readonly org: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
  /** Makes the id of an event that has none. */
  readonly unique: string;
}

/** @throws MeshError `payload-invalid` */
export function readRequest(body: unknown, around: Around): Request {
  const isEvent = typeof body === 'object' && body !== null && 'specversion' in body;
  if (isEvent) {
    const event = decode(MeshEventSchema, body);
    return { event, eventType: event.kind };
  }
  const payload = decode(ProcessPayloadSchema, body);
  const general = payload.general_info?.name;
  return { event: eventOf(payload, around), eventType: payload.event_type, ...(general !== undefined && { general }) };
}

function decode<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new MeshError('payload-invalid', { event: 'process', problem: z.prettifyError(parsed.error) });
}

function eventOf({ event_type: eventType, timestamp, data }: ProcessPayload, around: Around): MeshEvent {
  const { org, now, unique } = around;
  const kind = KindSchema.safeParse(eventType);
  const repository = textOf(data.repository);
  const actor = textOf(data.user);
  const id = eventIdOf('process', unique);
  return {
    specversion: '1.0',
    id,
    source: repository === '' ? 'process' : `process/${repository}`,
    type: eventType,
    subject: subjectOf(repository, data) ?? id,
    time: timestamp ?? new Date(now).toISOString(),
    datacontenttype: 'application/json',
    kind: kind.success ? kind.data : 'other',
    org,
    repository,
    actor,
    actortype: 'unknown',
    authorassociation: 'UNKNOWN',
    hops: 0,
    correlationid: id,
    data: dataOf(data),
  };
}

/** In the source document's events the number of the pull request lies in `metadata`. */
function subjectOf(repository: string, { metadata }: ProcessPayload['data']): string | undefined {
  const number = isObject(metadata) ? metadata.pr_number : undefined;
  return repository !== '' && typeof number === 'number' ? `${repository}#${number}` : undefined;
}

/** Fields that events of the mesh have are taken as such; everything else becomes flat facts. */
function dataOf(data: ProcessPayload['data']): EventData {
  const shape = EventDataSchema.omit({ facts: true }).safeParse(data);
  const known = shape.success ? shape.data : {};
  const rest = Object.fromEntries(Object.entries(data).filter(([name]) => !(name in known)));
  const facts = Object.fromEntries(flatten(rest).slice(0, MOST_FACTS));
  return { ...known, ...(Object.keys(facts).length > 0 && { facts }) };
}

const MOST_FACTS = 200;
const MOST_CHARS = 8_192;
const DEEPEST = 6;

function flatten(value: unknown, name = '', depth = 0): [string, string | number | boolean][] {
  if (typeof value === 'string') return [[name, value.slice(0, MOST_CHARS)]];
  if (typeof value === 'number' || typeof value === 'boolean') return [[name, value]];
  if (!isObject(value) || depth === DEEPEST) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, name === '' ? key : `${name}.${key}`, depth + 1),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
