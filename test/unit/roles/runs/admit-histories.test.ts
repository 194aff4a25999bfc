import assert from 'node:assert/strict';
import test from 'node:test';
import { branchLocks, compareAge, type OpenRun } from '../../../../roles/policy/run-order.ts';
import { type Admission, admit } from '../../../../roles/runs/admit.ts';
import { seeded, shuffled } from '../../../fakes/manual-runtime.ts';
import { openRun } from '../../../fakes/runs.ts';

const HISTORIES = 100_000;
const STEPS = 7;
const BRANCHES = ['main', 'next', 'docs'];
const REPOSITORIES = ['acme/app', 'acme/lib'];
/** Hashing each of a million names would take longer than the decisions. */
const NAMES = Array.from({ length: STEPS }, (_, i) => openRun(`run ${i}`, []).run);

/** What happened in one history, told when it breaks a rule. */
interface History {
  readonly seed: number;
  readonly random: () => number;
  readonly open: Map<string, OpenRun>;
  clock: number;
}

type Decisions = ReadonlyMap<string, Admission['decision']>;

function linesOf(runs: readonly OpenRun[]): Map<string, OpenRun[]> {
  const lines = new Map<string, OpenRun[]>();
  for (const run of runs) {
    for (const lock of branchLocks(run)) {
      const line = lines.get(lock);
      if (line === undefined) lines.set(lock, [run]);
      else line.push(run);
    }
  }
  return lines;
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** A new run wants one to three branches; now and then one is heard of late, with a time before others. */
function ask(history: History, run: OpenRun['run']): void {
  const { random } = history;
  history.clock += pick([0, 0, 1, 5], random);
  const requestedAt = history.clock - (random() < 0.1 ? 20 : 0);
  const branches = shuffled(BRANCHES, random).slice(0, 1 + Math.floor(random() * 3));
  history.open.set(run, { run, repository: pick(REPOSITORIES, random), branches, requestedAt, isAdmitted: false });
}

function endOne({ open, random }: History): void {
  const holders = [...open.values()].filter(({ isAdmitted }) => isAdmitted);
  if (holders.length > 0) open.delete(pick(holders, random).run);
}

/** Decides, checks the decision, and carries it out. Returns how many were admitted. */
function decide({ open, random, seed }: History): number {
  const runs = [...open.values()];
  const decisions = admit(shuffled(runs, random));
  const told: Decisions = new Map(decisions.map(({ run, decision }) => [run, decision]));
  const rule = told.size === runs.length ? brokenRule(runs, told) : 'a run without an answer';
  if (rule !== undefined) assert.fail(`seed ${seed}: ${rule}`);
  let admitted = 0;
  for (const run of runs) {
    if (told.get(run.run) !== 'admit') continue;
    open.set(run.run, { ...run, isAdmitted: true });
    admitted += 1;
  }
  return admitted;
}

function brokenRule(runs: readonly OpenRun[], told: Decisions): string | undefined {
  const lines = linesOf(runs);
  for (const line of lines.values()) {
    const waiting = line.filter(({ run }) => told.get(run) === 'wait');
    if (line.length - waiting.length > 1) return 'two runs on one branch';
    const begins = line.find(({ run }) => told.get(run) === 'admit');
    if (begins && waiting.some((run) => compareAge(run, begins) < 0)) return 'an older one was passed';
  }
  for (const run of runs) {
    if ((told.get(run.run) === 'holds') !== run.isAdmitted) return 'who holds keeps holding, and nobody else does';
    if (told.get(run.run) === 'wait' && !mustWait(run, lines)) return 'a run waits for nobody';
  }
  return undefined;
}

function mustWait(run: OpenRun, lines: ReadonlyMap<string, readonly OpenRun[]>): boolean {
  return branchLocks(run).some((lock) =>
    lines.get(lock)?.some((other) => other.isAdmitted || compareAge(other, run) < 0),
  );
}

/** From now on nobody asks, and who holds ends: then all must have their turn. */
function drain(history: History): void {
  for (let left = history.open.size; left > 0; left = history.open.size) {
    decide(history);
    endOne(history);
    if (history.open.size === left) assert.fail(`seed ${history.seed}: a deadlock`);
  }
}

test('runs / admit / in 100 000 histories nobody shares a branch, passes an older one, waits for nobody or waits for ever', () => {
  let waited = 0;
  let admissions = 0;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history: History = { seed, random: seeded(seed), open: new Map(), clock: 100 };
    for (const name of NAMES) {
      ask(history, name);
      if (history.random() < 0.3) endOne(history);
      admissions += decide(history);
      waited += [...history.open.values()].some(({ isAdmitted }) => !isAdmitted) ? 1 : 0;
    }
    drain(history);
  }
  // The histories are such that there is something to decide.
  assert.ok(waited > HISTORIES * STEPS * 0.5, `${waited} steps with somebody waiting`);
  assert.ok(admissions > HISTORIES, `${admissions} admissions`);
});

test('runs / admit / a wish for every branch is fulfilled while others keep coming for single ones', () => {
  const random = seeded(7);
  const open = new Map<string, OpenRun>();
  const big = openRun('big', BRANCHES, { requestedAt: 5 });
  open.set(big.run, big);
  for (const [i, branch] of BRANCHES.entries()) {
    const small = openRun(`small ${i}`, [branch], { requestedAt: i, isAdmitted: true });
    open.set(small.run, small);
  }
  const history: History = { seed: 7, random, open, clock: 10 };
  let steps = 0;
  for (; steps < 100 && open.get(big.run)?.isAdmitted === false; steps++) {
    const next = openRun(`next ${steps}`, [pick(BRANCHES, random)], { requestedAt: 10 + steps });
    open.set(next.run, next);
    endOne(history);
    decide(history);
  }
  assert.equal(steps, 3, 'it begins as soon as the three that held a branch before it have ended');
});
