import type { Priority, Strategy } from '../../protocols/dispatch.ts';
import type { MeshEvent, Trust } from '../../protocols/event.ts';
import { matchesGlob } from '../policy/glob.ts';

/** One text, or several of which any may fit. */
export type OneOf = string | readonly string[];

/** What an event must be like. All that is named must fit; an empty match fits every event. */
export interface Match {
  readonly kind?: OneOf;
  /** Glob over the type, e.g. `com.github.check_suite.*`: what a kind sums up, told apart again. */
  readonly type?: OneOf;
  /** Glob over `owner/name`; GitHub's names are the same in any case. */
  readonly repository?: OneOf;
  /** Glob over the labels; for an event that adds a label only that one counts. */
  readonly label?: OneOf;
  /** Glob over the branch it is about, or the base of its pull request. */
  readonly branch?: OneOf;
  readonly trust?: OneOf;
  readonly severity?: OneOf;
  /** `begins`: the event completes label and approval of an issue's text (roles/policy/development.ts), which one event of each text does. */
  readonly development?: OneOf;
}

/** Which generals get an event. Every rule that matches adds its own, each with its own strategy. */
export interface Rule {
  readonly name: string;
  readonly match: Match;
  /** None: who matches here gets nobody from it, and is not unrouted either. */
  readonly generals: readonly string[];
  readonly strategy: Strategy;
  readonly priority: Priority;
  /** What the capability strategy looks for. Default: the event's labels and its kind. */
  readonly capabilities?: readonly string[];
}

export function matchesEvent(match: Match, event: MeshEvent, trust: Trust, begins = false): boolean {
  const facts: readonly (readonly [OneOf | undefined, readonly string[]])[] = [
    [match.kind, [event.kind]],
    [match.type, [event.type]],
    [lower(match.repository), [event.repository.toLowerCase()]],
    [lower(match.label), labelsOf(event).map((label) => label.toLowerCase())],
    [match.branch, branchesOf(event)],
    [match.trust, [trust]],
    [match.severity, event.severity === undefined ? [] : [event.severity]],
    [match.development, begins ? ['begins'] : []],
  ];
  return facts.every(([wanted, found]) => wanted === undefined || fitsAny(wanted, found));
}

export function labelsOf({ data }: MeshEvent): readonly string[] {
  // A label that was there before must not start again what it started then.
  if (data.label !== undefined) return [data.label];
  return data.pullRequest?.labels ?? data.issue?.labels ?? [];
}

/** What the capability strategy looks for. */
export function capabilitiesOf(rule: Rule | undefined, event: MeshEvent): readonly string[] {
  return rule?.capabilities ?? [...labelsOf(event), event.kind];
}

function branchesOf({ data }: MeshEvent): string[] {
  const branch =
    data.pullRequest?.base.ref ??
    data.push?.ref.replace(/^refs\/heads\//, '') ??
    data.check?.branch ??
    data.deployment?.ref;
  return branch === undefined ? [] : [branch];
}

function fitsAny(wanted: OneOf, found: readonly string[]): boolean {
  const patterns = typeof wanted === 'string' ? [wanted] : wanted;
  return patterns.some((pattern) => found.some((name) => matchesGlob(pattern, name)));
}

function lower(wanted: OneOf | undefined): OneOf | undefined {
  if (wanted === undefined) return undefined;
  return typeof wanted === 'string' ? wanted.toLowerCase() : wanted.map((each) => each.toLowerCase());
}
