import type { EffectView, TaskView } from '../../../protocols/operator.ts';
import type { Finding, Result } from '../../../protocols/result.ts';
import { clean } from '../output/clean.ts';
import { indent, narrower } from '../output/indent.ts';
import type { Look } from '../output/look.ts';
import type { Paint } from '../output/paint.ts';
import { plural, shortDuration, took } from '../output/words.ts';
import { hanging, wrap } from '../output/wrap.ts';
import { candidateTable, nodeName } from './candidates.ts';

/** Of what a general wrote, where there is no window. */
const WIDTH = 100;

type Names = Readonly<Record<string, string>>;

/** One slot of an event: who was considered, what was tried, what came of it. */
export function taskPart(task: TaskView, names: Names, look: Look): string {
  const why = [task.rule && `rule ${task.rule}`, task.strategy, task.priority].filter(Boolean).join(', ');
  const head = `${look.paint.bold(clean(task.slot))} ${paintState(task.state, look.paint)(clean(task.state))}`;
  const lines = [
    ...workLines(task, names, look.paint),
    ...offerLines(task, names, look),
    ...(task.effects ?? []).map((effect) => effectLine(effect, names)),
    ...(task.handedBack ?? []).map((peer) => `handed back by ${nodeName(peer, names)}, which left`),
    ...(task.round === undefined
      ? []
      : [`tried anew ${task.round === 1 ? 'once' : `${task.round} times`} by an operator`]),
    ...(task.supersededBy === undefined ? [] : [`needless: ${clean(task.supersededBy)} brought a newer state`]),
    ...(task.dead === undefined ? [] : [`${look.paint.red('given up')}: ${clean(task.dead)}`]),
    ...(task.result === undefined ? [] : resultLines(task.result, look)),
  ];
  const body = [candidateTable(task.candidates, names, narrower(look)), ...lines.map((line) => `${line}\n`)].join('');
  return `${head}${why === '' ? '' : ` (${clean(why)})`}\n${indent(body)}`;
}

/** The common case, one node that accepted it and did it at the first try, is one line. */
function workLines({ acceptedBy, attempts }: TaskView, names: Names, paint: Paint): string[] {
  const [only, ...others] = attempts;
  if (only !== undefined && others.length === 0 && only.by === acceptedBy && only.error === undefined) {
    return [`accepted and begun by ${nodeName(only.by, names)}`];
  }
  const accepted = acceptedBy === undefined ? [] : [`accepted by ${nodeName(acceptedBy, names)}`];
  return [...accepted, ...attempts.map((attempt) => attemptLine(attempt, names, paint))];
}

function attemptLine({ number, by, error }: TaskView['attempts'][number], names: Names, paint: Paint): string {
  const outcome = error === undefined ? '' : `: ${paint.red('failed')}, ${clean(error)}`;
  return `attempt ${number} on ${nodeName(by, names)}${outcome}`;
}

/** `comment on acme/app#7: https://… by prod-1, 1 surplus taken away`. */
function effectLine({ kind, target, intended, ref, doneBy, removed }: EffectView, names: Names): string {
  const head = `${clean(kind)} on ${clean(placeOf(target))}`;
  const last = intended.at(-1);
  if (ref === undefined) return `${head}: meant${last ? ` by ${nodeName(last.by, names)}` : ''}, not seen there yet`;
  const by = doneBy === undefined ? '' : ` by ${nodeName(doneBy, names)}`;
  return `${head}: ${clean(ref.url ?? ref.id)}${by}${removed === 0 ? '' : `, ${removed} surplus taken away`}`;
}

function placeOf(target: EffectView['target']): string {
  const { repository, number } = target;
  return repository !== undefined && number !== undefined ? `${repository}#${number}` : Object.values(target).join(' ');
}

/** Offers matter while nobody has taken the task, and to those who look closely. */
function offerLines({ offers, acceptedBy }: TaskView, names: Names, { wide, now }: Look): string[] {
  if (acceptedBy !== undefined && !wide) return [];
  return offers.map(
    ({ to, at, answer }) =>
      `offered to ${nodeName(to, names)} ${shortDuration(Math.max(0, now - at))} ago: ${clean(answer)}`,
  );
}

function resultLines(result: Result, look: Look): string[] {
  const { answer, usage } = result;
  const width = Math.max(40, (look.width ?? WIDTH) - 2);
  const engine = result.engine === 'model' ? `model ${result.model ?? ''}`.trim() : result.engine;
  const cost = [
    `in ${took(result.durationMs)}`,
    ...(usage.promptTokens + usage.completionTokens === 0
      ? []
      : [`${usage.promptTokens}+${usage.completionTokens} tokens`]),
    ...(usage.costUsd === 0 ? [] : [`$${usage.costUsd.toFixed(4)}`]),
  ].join(', ');
  return [
    `answered by ${clean(engine)} ${cost}${result.degraded === undefined ? '' : ` (${clean(result.degraded)})`}`,
    ...wrap(clean(answer.summary), width),
    ...answer.findings.flatMap((finding) => findingLines(finding, look.paint, width)),
    ...answer.recommendations.flatMap((text) => hanging('→ ', 2, clean(text), width)),
    ...(look.wide
      ? [`sure to ${Math.round(answer.confidence * 100)}%, ${plural(answer.findings.length, 'finding')}`]
      : []),
  ];
}

function findingLines({ severity, title, detail, where }: Finding, paint: Paint, width: number): string[] {
  const colour =
    severity === 'critical' || severity === 'high' ? paint.red : severity === 'medium' ? paint.yellow : paint.dim;
  const mark = severity.padEnd('critical '.length);
  const place = where === undefined ? '' : ` [${clean(where)}]`;
  return hanging(colour(mark), mark.length, `${clean(title)}${place}: ${clean(detail)}`, width);
}

function paintState(state: string, paint: Paint): (text: string) => string {
  if (state === 'done' || state === 'superseded') return paint.green;
  return state === 'dead' || state === 'failed' ? paint.red : paint.yellow;
}
