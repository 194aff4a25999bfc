import * as z from 'zod';
import { compiled } from './compiled.ts';
import {
  type Note,
  type Offer,
  type OfferReply,
  OfferReplySchema,
  OfferSchema,
  ResultHintSchema,
  RunningSchema,
} from './dispatch.ts';
import { MeshError } from './errors.ts';
import { decodeFrame, encodeFrame } from './frames.ts';

/**
 * Frames on `/mindmesh/dispatch/1`. Whoever asks opens the stream and keeps it: requests and notes go out on it, replies come
 * back, so a peer pair has one stream for each side that asks and never has to agree who opens it.
 */
const id = z.int().nonnegative();

const AskSchema = z.discriminatedUnion('type', [OfferSchema.extend({ id }), RunningSchema, ResultHintSchema]);
const parseAsk = compiled(AskSchema);
export type Ask = z.infer<typeof AskSchema>;

const AnswerSchema = OfferReplySchema.and(z.object({ id }));
const parseAnswer = compiled(AnswerSchema);
export type Answer = z.infer<typeof AnswerSchema>;

/** `number` is chosen by the asking side and counts within one stream. */
export function encodeOffer(number: number, offer: Offer): Uint8Array {
  return encodeFrame({ ...offer, id: number });
}

export function encodeNote(note: Note): Uint8Array {
  return encodeFrame(note);
}

export function encodeAnswer(number: number, reply: OfferReply): Uint8Array {
  return encodeFrame({ ...reply, id: number });
}

/** @throws MeshError `frame-malformed` or `version-unknown`: the stream is then closed. */
export function decodeAsk(bytes: Uint8Array, peer: string): Ask {
  return accepted(parseAsk(decodeFrame(bytes, peer).header), peer);
}

/** @throws MeshError `frame-malformed` or `version-unknown`. */
export function decodeAnswer(bytes: Uint8Array, peer: string): Answer {
  return accepted(parseAnswer(decodeFrame(bytes, peer).header), peer);
}

function accepted<T>(parsed: z.ZodSafeParseResult<T>, peer: string): T {
  if (parsed.success) return parsed.data;
  throw new MeshError('frame-malformed', { peer, problem: z.prettifyError(parsed.error) });
}
