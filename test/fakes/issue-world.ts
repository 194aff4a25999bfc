import { LabelBodySchema } from '../../protocols/effect-bodies.ts';
import type { EffectKey, EffectRef } from '../../protocols/effects.ts';
import type { Issue, MeshEvent } from '../../protocols/event.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { keyIn, withMarker } from '../../protocols/marker.ts';
import type { EffectAdapters } from '../../roles/ports/effects.ts';
import type { Forge, ForgeComment } from '../../roles/ports/forge.ts';
import { issueEvent } from './events.ts';
import { MemoryForge } from './memory-forge.ts';

/** One issue as a forge keeps it: people write to it, agents read it and act upon it. */
export class IssueWorld {
  #issue: Issue;
  readonly comments: ForgeComment[] = [];
  /** Writes that changed something, in their order. */
  readonly writes: string[] = [];
  #events = 0;

  constructor(issue: Partial<Issue> = {}) {
    this.#issue = { ...(issueEvent().data.issue as Issue), labels: [], ...issue };
  }

  get issue(): Issue {
    return this.#issue;
  }

  /** What agents wrote. */
  get ofAgents(): readonly ForgeComment[] {
    return this.comments.filter(({ author }) => author === 'mesh-bot');
  }

  opened(): MeshEvent {
    return this.#event('issue_opened', 'opened');
  }

  /** A person comments. */
  says(author: string, body: string): MeshEvent {
    const comment = this.#comment(author, body);
    return this.#event('issue_commented', 'created', { id: Number(comment.id), body, author, url: '' }, author);
  }

  edited(change: Partial<Issue>): MeshEvent {
    this.#issue = { ...this.#issue, ...change };
    return this.#event('issue_updated', 'edited');
  }

  closed(): MeshEvent {
    this.#issue = { ...this.#issue, state: 'closed' };
    return this.#event('issue_closed', 'closed');
  }

  labeled(label: string): MeshEvent {
    const labels = this.#issue.labels.includes(label) ? this.#issue.labels : [...this.#issue.labels, label];
    this.#issue = { ...this.#issue, labels };
    return this.#event('issue_labeled', 'labeled');
  }

  forge(): Forge {
    const world = this;
    const content = {
      get issue() {
        const { comments: _comments, state, ...rest } = world.#issue;
        return { ...rest, state: state === 'open' ? ('open' as const) : ('closed' as const) };
      },
      get comments() {
        return world.comments;
      },
    };
    return new MemoryForge(content);
  }

  adapters(): EffectAdapters {
    const refs = (key: EffectKey): EffectRef[] =>
      this.comments.filter(({ body }) => keyIn(body) === key).map(({ id }) => ({ id }));
    return {
      comment: {
        class: 'converging',
        list: async (_target, key) => refs(key),
        write: async (_target, marker, body) => {
          this.writes.push('comment');
          return { id: this.#comment('mesh-bot', withMarker(String(body), marker)).id };
        },
        remove: async (_target, id) => {
          const at = this.comments.findIndex((comment) => comment.id === id);
          if (at >= 0) this.comments.splice(at, 1);
        },
      },
      label: {
        class: 'exact',
        create: async (_target, _marker, body) => this.#label(LabelBodySchema.parse(body)),
      },
    };
  }

  #label({ add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] }) {
    const before = this.#issue.labels;
    const labels = [...new Set([...before, ...add])].filter((label) => !remove.includes(label));
    this.#issue = { ...this.#issue, labels };
    const isSame = labels.join() === before.join();
    if (!isSame) this.writes.push(`labels ${labels.join()}`);
    return { outcome: isSame ? ('exists' as const) : ('created' as const), ref: { id: labels.join() } };
  }

  #comment(author: string, body: string): ForgeComment {
    const id = String(this.comments.length + 1);
    const comment = { id, author, association: 'MEMBER', isBot: false, body, createdAt: '2026-01-02T03:04:05Z' };
    this.comments.push(comment as ForgeComment);
    return comment as ForgeComment;
  }

  #event(
    kind: MeshEvent['kind'],
    action: string,
    comment?: MeshEvent['data']['comment'],
    actor = 'octocat',
  ): MeshEvent {
    const id = eventIdOf('github', `issue-${++this.#events}`);
    const data = { action, issue: this.#issue, ...(comment && { comment }) };
    return { ...issueEvent(), id, correlationid: id, kind, actor, data };
  }
}
