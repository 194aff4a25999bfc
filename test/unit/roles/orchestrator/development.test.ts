import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { People } from '../../../../roles/orchestrator/people.ts';
import type { Journal } from '../../../../roles/ports/journal.ts';
import { issueEvent } from '../../../fakes/events.ts';
import { AT, distributionRecord } from '../../../fakes/records.ts';
import { type ReplicaNode, startedNode } from '../../../fakes/replica-node.ts';

/** What happens to an issue: its label, its text, and what a member says. */
const ACTS = {
  label: (issue: Issue) => ({ ...issue, labels: ['ready-for-dev'] }),
  unlabel: (issue: Issue) => ({ ...issue, labels: [] }),
  edit: (issue: Issue) => ({ ...issue, body: `${issue.body} And more.` }),
  restore: (issue: Issue) => ({ ...issue, body: BODY }),
  ok: (issue: Issue) => issue,
  deny: (issue: Issue) => issue,
  talk: (issue: Issue) => issue,
} as const;
type Act = keyof typeof ACTS;
type Issue = NonNullable<MeshEvent['data']['issue']>;

const FIRST: Issue = { ...(issueEvent().data.issue as Issue), author: 'ada' };
const BODY = FIRST.body;

/** The owner of the issue, as it decides about one event after another. */
class Owner {
  readonly #node: ReplicaNode;
  #people: People;
  #issue = FIRST;
  #count = 0;
  /** Places of the events with which a development began. */
  readonly began: number[] = [];

  constructor(node: ReplicaNode) {
    this.#node = node;
    this.#people = this.#boot();
  }

  #boot(): People {
    return new People({}, { journal: this.#node.replica as Journal, tables: this.#node.disk });
  }

  /** Another process decides from now on. */
  restart(): void {
    this.#people = this.#boot();
  }

  async hears(act: Act): Promise<void> {
    const place = this.#count++;
    this.#issue = ACTS[act](this.#issue);
    const event = eventFor(act, this.#issue, place);
    const at = AT + place;
    for (const record of await this.#people.recordsFor(event, at)) await this.#node.replica.append(record);
    const textHash = this.#people.development(event);
    if (textHash === undefined) return;
    this.#people.begins(event.subject, textHash);
    this.began.push(place);
    const about = { eventId: event.id, subject: event.subject, at, development: { textHash } };
    await this.#node.replica.append(distributionRecord(0, [], about));
  }
}

function eventFor(act: Act, issue: Issue, place: number): MeshEvent {
  const kinds = {
    label: 'issue_labeled',
    unlabel: 'issue_updated',
    edit: 'issue_updated',
    restore: 'issue_updated',
  } as const;
  const said = act === 'ok' || act === 'deny' || act === 'talk';
  const comment = { id: place, body: act === 'talk' ? 'Nice.' : `/mindmesh ${act}`, author: 'ada', url: '' };
  return {
    ...issueEvent(),
    id: eventIdOf('github', `${place}`),
    kind: said ? 'issue_commented' : kinds[act],
    actor: 'ada',
    data: { issue, ...(said && { comment }) },
  };
}

const STORIES: readonly { acts: readonly Act[]; began: readonly number[] }[] = [
  { acts: ['label', 'ok'], began: [1] },
  { acts: ['ok', 'label'], began: [1] },
  { acts: ['ok', 'label', 'talk', 'ok', 'label'], began: [1] },
  { acts: ['label', 'talk', 'talk'], began: [] },
  { acts: ['ok', 'edit', 'label'], began: [] },
  { acts: ['ok', 'edit', 'label', 'ok'], began: [3] },
  { acts: ['ok', 'edit', 'label', 'restore'], began: [3] },
  { acts: ['label', 'ok', 'edit', 'talk', 'ok', 'restore', 'ok'], began: [1, 4] },
  { acts: ['ok', 'deny', 'label'], began: [] },
  { acts: ['ok', 'deny', 'label', 'ok', 'talk'], began: [3] },
  { acts: ['label', 'unlabel', 'ok', 'label'], began: [3] },
];
for (const { acts, began } of STORIES) {
  const what = began.length === 0 ? 'nothing begins' : `begins with ${began.map((i) => acts[i]).join(', ')}`;
  test(`orchestrator / development / ${acts.join(', ')}: ${what}, wherever the owner restarts`, async () => {
    for (let restart = 0; restart <= acts.length; restart++) {
      const owner = new Owner(await startedNode('owner'));
      for (const [i, act] of acts.entries()) {
        if (i === restart) owner.restart();
        await owner.hears(act);
      }
      assert.deepEqual(owner.began, began, `restarted before ${restart}`);
    }
  });
}

test('orchestrator / development / of two events that are decided at once only one begins it', async () => {
  const node = await startedNode('owner');
  const people = new People({ isWanted: () => false }, { journal: node.replica, tables: node.disk });
  const events = [1, 2].map((place) => eventFor('label', { ...FIRST, labels: ['ready-for-dev'] }, place));
  const begun = events.map((event) => {
    const hash = people.development(event);
    if (hash !== undefined) people.begins(event.subject, hash);
    return hash !== undefined;
  });
  assert.deepEqual(begun, [true, false]);
});
