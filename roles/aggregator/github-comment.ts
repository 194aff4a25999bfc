import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { countAt, type JsonObject, objectAt, textAt } from './json.ts';

/** A comment on an issue, a pull request, a line of its diff, a commit or a discussion. */
export function readComment(comment: JsonObject, clip: Clip): NonNullable<EventData['comment']> {
  const path = textAt(comment, 'path');
  const line = countAt(comment, 'line');
  return {
    id: countAt(comment, 'id') ?? 0,
    author: clip.text(textAt(objectAt(comment, 'user'), 'login'), 'name', 'comment.author'),
    url: clip.text(textAt(comment, 'html_url'), 'url', 'comment.url'),
    ...(path !== '' && { path: clip.text(path, 'url', 'comment.path') }),
    ...(line !== undefined && { line }),
    body: clip.text(textAt(comment, 'body'), 'body', 'comment.body'),
  };
}

export function readReview(review: JsonObject, clip: Clip): NonNullable<EventData['review']> {
  return {
    id: countAt(review, 'id') ?? 0,
    state: clip.text(textAt(review, 'state'), 'name', 'review.state'),
    author: clip.text(textAt(objectAt(review, 'user'), 'login'), 'name', 'review.author'),
    url: clip.text(textAt(review, 'html_url'), 'url', 'review.url'),
    body: clip.text(textAt(review, 'body'), 'body', 'review.body'),
  };
}
