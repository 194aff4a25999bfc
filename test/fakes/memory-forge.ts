import type {
  ChangedFile,
  Forge,
  ForgeCheck,
  ForgeComment,
  ForgeIssue,
  ForgePullRequest,
  Listed,
} from '../../roles/ports/forge.ts';

/** What lies in one repository; everything else is not there. */
export interface ForgeContent {
  readonly repository?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly changed?: readonly ChangedFile[];
  readonly comments?: readonly ForgeComment[];
  readonly checks?: readonly ForgeCheck[];
  readonly issue?: Partial<ForgeIssue>;
  /** Those that brought any commit to where it is. */
  readonly pulls?: readonly ForgePullRequest[];
  readonly pullRequest?: Partial<ForgePullRequest>;
}

/** A forge that reads from memory and counts what it is asked. */
export class MemoryForge implements Forge {
  /** `file src/a.ts`, `changedFiles`, … in the order they were asked. */
  readonly asked: string[] = [];
  readonly #content: ForgeContent;

  constructor(content: ForgeContent = {}) {
    this.#content = content;
  }

  async pullRequest({ repository, number }: { repository: string; number: number }): Promise<ForgePullRequest> {
    this.asked.push('pullRequest');
    return {
      repository,
      number,
      title: 'A pull request',
      body: '',
      state: 'open',
      draft: false,
      merged: false,
      author: 'octocat',
      association: 'MEMBER',
      labels: [],
      base: { ref: 'main', sha: 'a'.repeat(40) },
      head: { ref: 'work', sha: 'b'.repeat(40), repository },
      url: `https://github.com/${repository}/pull/${number}`,
      ...this.#content.pullRequest,
    };
  }

  async issue({ repository, number }: { repository: string; number: number }): Promise<ForgeIssue> {
    this.asked.push('issue');
    return {
      repository,
      number,
      title: 'An issue',
      body: '',
      state: 'open',
      author: 'octocat',
      association: 'MEMBER',
      labels: [],
      url: `https://github.com/${repository}/issues/${number}`,
      isPullRequest: false,
      ...this.#content.issue,
    };
  }

  async changedFiles(): Promise<Listed<ChangedFile>> {
    this.asked.push('changedFiles');
    return all(this.#content.changed ?? []);
  }

  async file({ path }: { path: string }) {
    this.asked.push(`file ${path}`);
    const text = this.#content.files?.[path];
    return text === undefined ? undefined : { text, cut: false };
  }

  async paths(): Promise<Listed<string>> {
    this.asked.push('paths');
    return all(Object.keys(this.#content.files ?? {}));
  }

  async comments(): Promise<Listed<ForgeComment>> {
    this.asked.push('comments');
    return all(this.#content.comments ?? []);
  }

  async checks(): Promise<Listed<ForgeCheck>> {
    this.asked.push('checks');
    return all(this.#content.checks ?? []);
  }

  reviewComments = async () => all<ForgeComment>([]);
  reviews = async () => all<never>([]);
  commits = async () => all<never>([]);
  pullRequestsOf = async () => all(this.#content.pulls ?? []);
  compare = async () => ({ commits: all<never>([]), files: all(this.#content.changed ?? []) });
  tip = async () => 'b'.repeat(40);
}

function all<T>(items: readonly T[]): Listed<T> {
  return { items, cut: false };
}
