import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { readAlert } from './github-alert.ts';
import { readCheck } from './github-check.ts';
import { readComment, readReview } from './github-comment.ts';
import { readDeployment } from './github-deployment.ts';
import { readFacts } from './github-facts.ts';
import { readIssue } from './github-issue.ts';
import { readPullRequest } from './github-pull-request.ts';
import { readPush } from './github-push.ts';
import { readRelease } from './github-release.ts';
import type { Thread } from './github-subject.ts';
import { isObject, type JsonObject, objectAt, textAt } from './json.ts';

/** The payload fields that generals use. Read in the order in which they may use up the record: facts, what was said, about what. */
export function readData(event: string, payload: JsonObject, thread: Thread | undefined, clip: Clip): EventData {
  const facts = readFacts(event, payload, clip);
  const check = readCheck(event, payload, clip);
  const deployment = readDeployment(event, payload, clip);
  const alert = readAlert(event, payload, clip);
  const release = readRelease(payload, clip);
  const data: EventData = {
    ...readCommon(payload, clip),
    ...(facts && { facts }),
    ...(check && { check }),
    ...(deployment && { deployment }),
    ...(alert && { alert }),
    ...(release && { release }),
    ...(isObject(payload.review) && { review: readReview(payload.review, clip) }),
    ...(isObject(payload.comment) && { comment: readComment(payload.comment, clip) }),
    ...(thread && readThread(thread, clip)),
    ...(event === 'push' && { push: readPush(payload, clip) }),
  };
  const { truncated } = clip;
  return truncated.length > 0 ? { ...data, truncated } : data;
}

type Common = Pick<EventData, 'action' | 'label' | 'defaultBranch' | 'private'>;

function readCommon(payload: JsonObject, clip: Clip): Common {
  const action = textAt(payload, 'action');
  const label = textAt(objectAt(payload, 'label'), 'name');
  const repository = objectAt(payload, 'repository');
  const branch = textAt(repository, 'default_branch');
  return {
    ...(action !== '' && { action: clip.text(action, 'name', 'action') }),
    ...(label !== '' && { label: clip.text(label, 'name', 'label') }),
    ...(branch !== '' && { defaultBranch: clip.text(branch, 'name', 'defaultBranch') }),
    ...(typeof repository.private === 'boolean' && { private: repository.private }),
  };
}

function readThread(thread: Thread, clip: Clip): Pick<EventData, 'pullRequest' | 'issue'> {
  const number = thread.number ?? 0;
  return thread.isPullRequest
    ? { pullRequest: readPullRequest(thread.part, number, clip) }
    : { issue: readIssue(thread.part, number, clip) };
}
