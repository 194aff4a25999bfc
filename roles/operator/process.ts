import { MeshError } from '../../protocols/errors.ts';
import { type Kind, KindSchema, type MeshEvent, MeshEventSchema } from '../../protocols/event.ts';
import { generalName } from '../../protocols/generals.ts';
import { type ProcessReply, type ProcessRequest, SourceEventSchema } from '../../protocols/mindos.ts';
import type { Result } from '../../protocols/result.ts';
import { eventOf, eventOfSource, type GivenContext } from './given-event.ts';

/**
 * The event of `POST /process`. `data` may be a normalised event, the fields of the first source document, or a payload as
 * its sender posts it, which `normalize` reads.
 */
export function eventOfProcess(
  { event_type, timestamp, data }: ProcessRequest,
  context: GivenContext,
  normalize: (event: string, payload: Readonly<Record<string, unknown>>) => MeshEvent | undefined,
): MeshEvent {
  const whole = MeshEventSchema.safeParse(data);
  if (whole.success) return eventOf(whole.data, context);
  const kind = KindSchema.safeParse(event_type);
  const normalized = kind.success ? undefined : normalize(event_type, data);
  return normalized ?? eventOfSource(sourceOf(kind.data ?? 'other', timestamp, data), context);
}

function sourceOf(type: Kind, timestamp: string | undefined, data: Readonly<Record<string, unknown>>) {
  const time = timestamp !== undefined && { timestamp };
  const given = SourceEventSchema.safeParse({ ...data, type, ...time });
  if (given.success) return given.data;
  // None of the forms: what it says is passed on as facts, about no repository.
  const repository = typeof data.repository === 'string' && data.repository !== '' ? data.repository : 'unknown';
  return SourceEventSchema.parse({ type, repository, metadata: scalarsOf(data), ...time });
}

function scalarsOf(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { pr_number: _, title, description, ...others } = data;
  return {
    ...others,
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
  };
}

/**
 * Which general is asked.
 * @param offered names of those this node offers
 * @throws MeshError `general-not-here`, or `request-invalid` where none is named and there are several.
 */
export function chooseGeneral({ general_info }: ProcessRequest, offered: readonly string[]): string {
  const [only, ...others] = offered;
  if (general_info === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new MeshError('request-invalid', {
      problem: `general_info.name is missing; this node offers ${offered.join(', ')}`,
    });
  }
  const name = generalName(general_info.name);
  if (offered.includes(name)) return name;
  throw new MeshError('general-not-here', { general: general_info.name, offered: offered.join(', ') });
}

export interface ProcessTimes {
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The reply shape of the source document's generals (G07), with what it cost beside it. */
export function processReply(result: Result, request: ProcessRequest, times: ProcessTimes): ProcessReply {
  const { general, cluster, answer, engine, model, degraded, usage, durationMs } = result;
  const ended = new Date(times.endedAt).toISOString();
  return {
    general,
    cluster,
    event_type: request.event_type,
    status: 'processed',
    timestamp: ended,
    processing_started: new Date(times.startedAt).toISOString(),
    estimated_completion: ended,
    analysis: answer.summary,
    recommendations: answer.recommendations,
    findings: answer.findings,
    confidence: answer.confidence,
    engine,
    ...(model !== undefined && { model }),
    ...(degraded !== undefined && { degraded }),
    usage,
    duration_ms: durationMs,
  };
}
