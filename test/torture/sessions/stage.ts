import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../chance.ts';

interface Talker {
  /** Which turn is asked, and in which life of the process it was asked last. */
  turn: number;
  life: number;
  /** The life in which it last came one turn further. */
  movedIn: number;
  /** What was answered last, by turn. */
  readonly answers: string[];
}

interface Posted {
  readonly id: number;
  readonly session: string;
  readonly key: string;
  readonly body: string;
}

/** How long the model takes for a turn. */
const ANSWER_MS = [20, 120] as const;

/**
 * The model and the outside in one server. It answers slowly, remembers every question, and knows what may not be asked: a turn
 * whose successor was asked already, one that lies further ahead than the next, or the same again without a kill in between.
 */
export class Stage {
  readonly #chance: Chance;
  readonly #server: Server;
  readonly #talkers = new Map<string, Talker>();
  readonly #inTurn = new Set<string>();
  readonly posted: Posted[] = [];
  readonly faults: string[] = [];
  /** Number of the process that speaks, from 1. */
  life = 0;
  /** Questions answered in this life. */
  answered = 0;
  #lastId = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#server = createServer((request, response) => {
      // Who asked may be gone at any moment: that is what this is for.
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Sessions that wait for an answer right now. */
  get inTurn(): number {
    return this.#inTurn.size;
  }

  /** A new process speaks from now on. */
  begin(): void {
    this.life += 1;
    this.answered = 0;
    this.#inTurn.clear();
  }

  /** Sessions under way that have not come further for so many lives: more kills would only show that they are given up. */
  isStarving(lives: number): boolean {
    return [...this.#inTurn].some((session) => this.life - (this.#talkers.get(session)?.movedIn ?? 0) >= lives);
  }

  transcript(session: string): string {
    return this.#talkers.get(session)?.answers.join(' ') ?? '';
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stage');
    const path = `${request.method} ${url.pathname.replace(/\d+$/, 'ID')}`;
    if (path === 'POST /model') return this.#turn(Object(await json(request)), response);
    if (path === 'POST /outside') return this.#post(Object(await json(request)), response);
    if (path === 'GET /outside') {
      const found = this.posted.filter(({ key }) => key === url.searchParams.get('key'));
      return send(
        response,
        found.map(({ id }) => ({ id: String(id) })),
      );
    }
    const at = this.posted.findIndex(({ id }) => url.pathname.endsWith(`/${id}`));
    if (at >= 0) this.posted.splice(at, 1);
    send(response, {});
  }

  async #turn({ session, turn }: { session: string; turn: number }, response: ServerResponse): Promise<void> {
    const { life } = this;
    const talker = this.#ask(session, turn);
    this.#inTurn.add(session);
    await delay(this.#chance.between(...ANSWER_MS));
    if (life !== this.life) return;
    this.#inTurn.delete(session);
    this.answered += 1;
    const text = `${turn}.${life}.${Math.floor(this.#chance.next() * 1_000)}`;
    talker.answers[turn] = text;
    send(response, { text });
  }

  #ask(session: string, turn: number): Talker {
    const { life } = this;
    const talker = this.#talkers.get(session) ?? { turn: -1, life: 0, movedIn: life, answers: [] };
    this.#talkers.set(session, talker);
    if (turn < talker.turn) this.faults.push(`${session}: turn ${turn} after turn ${talker.turn} was asked`);
    if (turn > talker.turn + 1) this.faults.push(`${session}: turn ${turn} before turn ${talker.turn + 1} was asked`);
    if (turn === talker.turn && talker.life === life) this.faults.push(`${session}: turn ${turn} twice in one life`);
    if (turn > talker.turn) talker.movedIn = life;
    talker.turn = turn;
    talker.life = life;
    return talker;
  }

  #post({ session, key, body }: Omit<Posted, 'id'>, response: ServerResponse): void {
    this.#lastId += 1;
    this.posted.push({ id: this.#lastId, session, key, body });
    send(response, { id: String(this.#lastId) });
  }
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
