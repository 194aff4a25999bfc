import type { Offer, OfferReply } from '../../protocols/dispatch.ts';
import { decodeAsk, encodeAnswer } from '../../protocols/dispatch-frames.ts';
import { asMeshError, messageOf } from '../../protocols/errors.ts';
import type { DispatchHandler } from '../../roles/ports/dispatcher.ts';
import type { Link, LinkHandler } from '../../roles/ports/links.ts';
import type { Logger } from '../../roles/ports/runtime.ts';

/** Offers of one peer that are worked on at once; far above what an honest asker keeps in flight. */
const MAX_ANSWERING = 256;
const BUSY: OfferReply = { type: 'busy', retryAfterMs: 1_000 };

/** The answering side of one stream. A frame that cannot be read throws, which closes this stream only. */
export function answerDispatch(link: Link, handler: DispatchHandler, log: Logger): LinkHandler {
  let answering = 0;
  const answer = async (id: number, offer: Offer): Promise<void> => {
    answering++;
    try {
      await link.send(encodeAnswer(id, answering > MAX_ANSWERING ? BUSY : await replyTo(handler, link, offer, log)));
    } finally {
      answering--;
    }
  };
  return {
    frame: (bytes) => {
      const ask = decodeAsk(bytes, link.peer);
      if (ask.type !== 'offer') return handler.note(link.peer, ask);
      const { id, ...offer } = ask;
      answer(id, offer).catch((error: unknown) => {
        log.debug({ peer: link.peer, eventId: offer.eventId, code: asMeshError(error).code }, 'answer lost');
      });
    },
    closed: () => undefined,
  };
}

async function replyTo(handler: DispatchHandler, link: Link, offer: Offer, log: Logger): Promise<OfferReply> {
  try {
    return await handler.offer(link.peer, offer);
  } catch (error) {
    log.error({ peer: link.peer, eventId: offer.eventId, slot: offer.slot, error }, 'offer handler failed');
    return { type: 'refuse', reason: messageOf(error), final: false };
  }
}
