import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeRecord } from '../../../protocols/record.ts';
import { bundle } from '../../../scripts/bundle.ts';
import { openQuietly } from '../../support/replica-store.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Chance, chanceOf } from '../chance.ts';
import { Stage } from './stage.ts';
import { TURNS } from './talk.ts';

export interface SessionsRunOptions {
  /** An empty folder. */
  readonly dir: string;
  readonly seed: number;
  readonly kills: number;
  /** Progress, a line at a time. */
  readonly tell: (line: string) => void;
}

export interface SessionsReport {
  /** Sessions, all of them. */
  readonly events: number;
  readonly kills: number;
  readonly lost: number;
  /** Turns asked again though they were recorded, and effects that stand there twice. */
  readonly doubled: number;
  /** From the last kill until everything was done. */
  readonly caughtUpMs: number;
  readonly details: { readonly fewestInTurn: number; readonly turns: number; readonly seed: number };
  readonly suspects: readonly string[];
}

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Open at any time; some of them are between two turns. */
const OPEN = 14;
/** In the middle of a turn at every kill, as the promise says. */
const IN_TURN = 10;
/** Turns answered in one life before its kill. */
const LIFE = [5, 30] as const;
/** Eight lives without getting further end an execution; a kill is put off before that. */
const STARVING = 4;
const UP_MS = 120_000;
const END_MS = 60_000;
const TELL_EVERY = 50;

/** Kills a process with at least ten sessions in the middle of a turn, again and again. */
export async function runSessions({ dir, seed, kills, tell }: SessionsRunOptions): Promise<SessionsReport> {
  const chance = chanceOf(seed);
  const stage = new Stage(chance.branch('stage'));
  // A bundle starts in a tenth of the time that the sources take.
  await bundle({ root: ROOT, entry: CHILD, outdir: join(dir, 'app') });
  const talkers = new Talkers(dir, { stage, url: await stage.listen() });
  try {
    let fewestInTurn = Number.POSITIVE_INFINITY;
    await talkers.start();
    for (let kill = 1; kill <= kills; kill++) {
      fewestInTurn = Math.min(fewestInTurn, await untilInTurn(stage, chance));
      await talkers.kill();
      await talkers.start();
      if (kill % TELL_EVERY === 0) tell(`sessions: ${kill} of ${kills} kills, ${talkers.done.size} sessions done`);
    }
    const caughtUpMs = await talkers.finish();
    const summaries = await summariesIn(join(dir, 'store'));
    const wrong = judge(talkers, stage, summaries);
    const details = { fewestInTurn, turns: TURNS, seed };
    return { events: talkers.accepted.size, kills, ...wrong, caughtUpMs, details };
  } finally {
    await talkers.kill();
    stage.close();
  }
}

/** Waits for the moment of a kill and returns how many sessions it meets in a turn. */
async function untilInTurn(stage: Stage, chance: Chance): Promise<number> {
  const life = chance.between(...LIFE);
  const isTime = () => stage.answered >= life && stage.inTurn >= IN_TURN && !stage.isStarving(STARVING);
  await waitFor('ten sessions in the middle of a turn', isTime, UP_MS);
  await delay(chance.between(0, 30));
  return stage.inTurn >= IN_TURN ? stage.inTurn : untilInTurn(stage, chance);
}

/** The process, and what is known of its sessions. */
class Talkers {
  readonly #dir: string;
  readonly #stage: Stage;
  readonly #url: string;
  #child: ChildProcess | undefined;
  #killedAt = 0;
  #next = 0;
  #isEnding = false;
  /** Event ids. */
  readonly accepted = new Set<string>();
  readonly done = new Set<string>();
  readonly #offered = new Set<number>();

  constructor(dir: string, { stage, url }: { readonly stage: Stage; readonly url: string }) {
    this.#dir = dir;
    this.#stage = stage;
    this.#url = url;
  }

  async start(): Promise<void> {
    this.#stage.begin();
    const child = fork(join(this.#dir, 'app', 'mindmesh.js'), [join(this.#dir, 'store'), this.#url], { execArgv: [] });
    this.#child = child;
    let isUp = false;
    let ended: number | null = null;
    child.once('exit', (code) => {
      ended = code ?? -1;
    });
    child.on('message', (message: { up?: true; accepted?: number; done?: string }) => {
      if (child !== this.#child) return;
      isUp ||= message.up === true;
      if (message.accepted !== undefined) this.#onAccepted(message.accepted);
      if (message.done !== undefined) this.done.add(message.done);
      if (isUp) this.#offer();
    });
    await waitFor('the process to be up', () => isUp || ended !== null, UP_MS);
    if (!isUp) throw new Error(`the process ended by itself: ${ended}`);
    // What was offered and not answered may have been accepted or not: an offer is repeated until it is.
    for (const number of this.#offered) this.#send(number);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    this.#killedAt = performance.now();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Begins no more; resolves with the time from the last kill once all are done and the outside is quiet. */
  async finish(): Promise<number> {
    this.#isEnding = true;
    await waitFor(
      'all sessions to be done',
      () => this.#offered.size === 0 && this.done.size >= this.accepted.size,
      END_MS,
    ).catch(
      // The judge names those that are lost.
      () => undefined,
    );
    const tookMs = Math.round(performance.now() - this.#killedAt);
    const isOneEach = () => this.#stage.posted.length === this.accepted.size;
    await waitFor('the outside to converge', isOneEach, END_MS).catch(() => undefined);
    await this.kill();
    return tookMs;
  }

  #onAccepted(number: number): void {
    this.#offered.delete(number);
    this.accepted.add(`github:session-${number}`);
  }

  #offer(): void {
    while (!this.#isEnding && this.accepted.size - this.done.size + this.#offered.size < OPEN) {
      const number = this.#next++;
      this.#offered.add(number);
      this.#send(number);
    }
  }

  #send(offer: number): void {
    if (this.#child?.connected) this.#child.send({ offer });
  }
}

/** Session → the summaries of its `done` records, which should be one. */
async function summariesIn(dir: string): Promise<Map<string, string[]>> {
  const summaries = new Map<string, string[]>();
  const store = await openQuietly(dir);
  for (const head of await store.disk.heads()) {
    for (let seq = 0; seq < head.length; seq++) {
      const bytes = await store.disk.record(head, seq);
      const decoded = bytes && decodeRecord(bytes);
      if (!decoded?.ok || decoded.record.type !== 'done') continue;
      const { eventId, result } = decoded.record;
      summaries.set(eventId, [...(summaries.get(eventId) ?? []), result.answer.summary]);
    }
  }
  await store.close();
  return summaries;
}

function judge(
  { accepted }: Talkers,
  stage: Stage,
  summaries: ReadonlyMap<string, string[]>,
): Pick<SessionsReport, 'lost' | 'doubled' | 'suspects'> {
  const lost: string[] = [];
  const doubled = [...stage.faults];
  for (const session of accepted) {
    const told = summaries.get(session) ?? [];
    const posts = stage.posted.filter((posted) => posted.session === session);
    if (told.length === 0 || posts.length === 0) lost.push(`${session}: ${told.length} results, ${posts.length} posts`);
    if (told.length > 1 || posts.length > 1) doubled.push(`${session}: ${told.length} results, ${posts.length} posts`);
    // Every answer that was used is the last that was given: no turn was lost, none asked again behind its record.
    if (told.length > 0 && told[0] !== stage.transcript(session))
      lost.push(`${session}: ${told[0]}, not ${stage.transcript(session)}`);
  }
  return { lost: lost.length, doubled: doubled.length, suspects: [...lost, ...doubled].slice(0, 10) };
}
