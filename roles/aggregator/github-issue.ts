import type { Issue } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { readLabels } from './github-pull-request.ts';
import { countAt, isObject, type JsonObject, objectAt, textAt } from './json.ts';

/** An issue, or a discussion, which has the same fields and shares the numbers of its repository. */
export function readIssue(issue: JsonObject, number: number, clip: Clip): Issue {
  return {
    number,
    state: clip.text(textAt(issue, 'state'), 'name', 'issue.state'),
    author: clip.text(textAt(objectAt(issue, 'user'), 'login'), 'name', 'issue.author'),
    comments: countAt(issue, 'comments') ?? 0,
    isPullRequest: isObject(issue.pull_request),
    url: clip.text(textAt(issue, 'html_url'), 'url', 'issue.url'),
    title: clip.text(textAt(issue, 'title'), 'title', 'issue.title'),
    labels: readLabels(issue, 'issue.labels', clip),
    body: clip.text(textAt(issue, 'body'), 'body', 'issue.body'),
  };
}
