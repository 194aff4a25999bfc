import type { BranchBody, PullRequestBody } from '../../../protocols/effect-bodies.ts';
import { digestOf } from '../../../protocols/ids.ts';
import { WIRE_VERSION } from '../../../protocols/names.ts';
import type { MeshRecord } from '../../../protocols/record.ts';
import type { EffectDesk } from '../../ports/effects.ts';
import type { BaseFile } from '../../ports/workspace.ts';
import type { Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import { branchName, commitMessage } from './names.ts';
import type { DeveloperState } from './state.ts';

export interface Made {
  readonly files: ReadonlyMap<string, string | null>;
  readonly base: readonly BaseFile[];
  readonly baseSha: string;
}

/**
 * One branch with one commit, one pull request as draft, and the record of what was made. Everything has a name that comes from the work, and
 * the commit its time from the event: whoever does it again does the same.
 * @returns the number of the pull request
 */
export async function publish(
  { files, base, baseSha }: Made,
  state: DeveloperState,
  scene: Scene & { readonly task: NonNullable<Scene['task']> },
  { self }: ConversationOptions,
  parts: ConversationParts & { readonly effects: EffectDesk },
): Promise<number> {
  const { event, general, task, signal } = scene;
  const { issue } = state;
  const { repository } = event;
  const branch = branchName(state.plan?.kind ?? 'feature', issue.number, issue.title);
  const executable = new Set(base.filter((file) => file.executable).map(({ path }) => path));
  const commit = {
    parent: baseSha,
    message: commitMessage(state.changes.at(-1)?.commitMessage ?? '', issue.number),
    author: { name: `${general.name} of ${self.org}`, email: `${general.name}@mindmesh.invalid` },
    at: event.time,
    files: [...files].map(([path, text]) => ({ path, text, executable: executable.has(path) })),
  };
  const about = { ...task, hops: event.hops + 1 };
  const push: BranchBody = { expected: null, commit };
  await parts.effects.perform(
    { ...about, name: 'branch', kind: 'branch', target: { repository, branch }, body: push },
    signal,
  );
  const pull: PullRequestBody = { title: titleOf(state), text: descriptionOf(state), draft: true };
  const target = { repository, head: branch, base: state.base };
  const { ref } = await parts.effects.perform(
    { ...about, name: 'pull-request', kind: 'pull-request', target, body: pull },
    signal,
  );
  const prNumber = Number(ref.id);
  await parts.journal.append(generationRecord({ state, scene, prNumber, at: parts.runtime.wall() }));
  return prNumber;
}

function generationRecord(made: {
  readonly state: DeveloperState;
  readonly scene: Scene & { readonly task: NonNullable<Scene['task']> };
  readonly prNumber: number;
  readonly at: number;
}): MeshRecord {
  const { state, scene, prNumber, at } = made;
  const { eventId, slot } = scene.task;
  const paths = (of: 'files' | 'tests') => [
    ...new Set(state.changes.flatMap((change) => change[of].map(({ path }) => path))),
  ];
  return {
    ...{ v: WIRE_VERSION, type: 'code-generation', at: Math.round(at), eventId, slot },
    generationId: `gen-${digestOf([eventId, slot], 20)}`,
    conversationId: scene.event.subject,
    ...{ prNumber, filesChanged: paths('files'), testsGenerated: paths('tests'), status: 'pr_created' },
    createdAt: Date.parse(scene.event.time),
  };
}

function titleOf({ changes, issue }: DeveloperState): string {
  return commitMessage(changes.at(-1)?.commitMessage ?? '', issue.number).split('\n')[0] ?? '';
}

/** What a reviewer wants to know first. The words of the model are shown as what they are. */
function descriptionOf({ issue, plan, changes, tested, trials, model }: DeveloperState): string {
  const tests =
    tested === 'passed'
      ? `The repository's tests pass (${trials} tried before).`
      : 'The repository says nothing of how it is tested: **nothing was run**.';
  return [
    commitMessage(plan?.summary ?? '', issue.number),
    `Closes #${issue.number}`,
    tests,
    commitMessage(changes.at(-1)?.notes ?? '', issue.number),
    `Written by ${model} for the text \`${issue.textHash.slice(0, 12)}\` of the issue, as it was approved.`,
  ].join('\n\n');
}
