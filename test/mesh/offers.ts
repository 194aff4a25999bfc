import type { Offer } from '../../protocols/dispatch.ts';
import { eventIdOf, slotOf } from '../../protocols/ids.ts';

/** A well-formed offer; `body` makes it as large as wanted. */
export function offerOf(number: number, body = ''): Offer {
  const eventId = eventIdOf('github', `delivery-${number}`);
  return {
    type: 'offer',
    eventId,
    slot: slotOf('code-review-general'),
    general: 'code-review-general',
    subject: 'acme/site#7',
    number,
    priority: 'normal',
    attempts: 0,
    deadline: 1_700_000_000_000,
    event: {
      specversion: '1.0',
      id: eventId,
      source: 'https://github.com/acme/site',
      type: 'com.github.pull_request.opened',
      subject: 'acme/site#7',
      time: '2026-01-02T03:04:05Z',
      datacontenttype: 'application/json',
      kind: 'pr_created',
      org: 'acme',
      repository: 'acme/site',
      actor: 'ada',
      actortype: 'user',
      authorassociation: 'MEMBER',
      hops: 0,
      correlationid: eventId,
      data: { facts: { body } },
    },
  };
}
