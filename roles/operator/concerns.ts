import type { EventId, PeerId } from '../../protocols/ids.ts';
import { ROLES } from '../../protocols/names.ts';
import type { Concern } from '../../protocols/operator.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { Stage } from '../policy/pressure.ts';
import type { Member } from '../ports/roster.ts';
import type { PressureFacts } from './pressure-watch.ts';

/** Everything that is looked at to say what is wrong with a node. */
export interface ConcernFacts {
  readonly self: NodeCard;
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly uptimeMs: number;
  readonly members: readonly Member[];
  /** The static list of peers. */
  readonly listed: readonly { readonly peer: PeerId; readonly name?: string | undefined }[];
  /** Generals that a route names; only an orchestrator knows them. */
  readonly routed: readonly string[];
  readonly model: {
    readonly configured: boolean;
    /** Why its last call failed; absent while it works. */
    readonly problem?: string | undefined;
  };
  /** How many webhook secrets an aggregator has. */
  readonly webhookSecrets: number;
  readonly unreadable: number;
  /** Logs in which two signed heads disagree. */
  readonly quarantined: readonly string[];
  /** Room on the disk, and what holds back for lack of it (I4). */
  readonly room: Omit<PressureFacts, 'openEvents' | 'storeBytes'> & { readonly stage: Stage };
  /** This aggregator acknowledges only what another node has too (I1). */
  readonly copiesWanted: boolean;
  readonly draining: boolean;
  /** Why this aggregator takes nothing in; absent while it does. */
  readonly closed?: string | undefined;
  /** Webhooks that this node looks after and GitHub cannot be asked about (I3). */
  readonly sweeps?: readonly { readonly hook: string; readonly problem: string; readonly fix: string }[];
  /** Branches that more than one run holds: two nodes admitted each one while they did not hear of one another (E3). */
  readonly contested?: readonly string[];
  /** The event that is open for the longest time. */
  readonly oldestOpen?: { readonly eventId: EventId; readonly ageMs: number } | undefined;
}

/** What is wrong, errors first, each with the way to mend it. An empty list is a healthy node. */
export function findConcerns(facts: ConcernFacts): Concern[] {
  const found = CHECKS.flatMap((check) => check(facts));
  return [...found.filter(({ level }) => level === 'error'), ...found.filter(({ level }) => level === 'warning')];
}

/** A peer may take this long to be heard of after our start. */
const SETTLING_MS = 15_000;
/** Peers compare clocks: credentials and people suffer from the first on, the second is too far off to work with. */
const DRIFT_WARNING_MS = 30_000;
const DRIFT_ERROR_MS = 5 * 60_000;
/** An event that nobody has settled by then should be looked at. */
const OPEN_LONG_MS = 10 * 60_000;

type CheckConcerns = (facts: ConcernFacts) => Concern[];

const CHECKS: readonly CheckConcerns[] = [
  ({ draining }) =>
    draining
      ? [warning('node', 'this node leaves: it takes no new work', 'Start it again when it is down, or wait.')]
      : [],
  lonelyNode,
  absentPeers,
  driftingClocks,
  missingOrchestrator,
  unofferedGenerals,
  modelTrouble,
  ingestTrouble,
  sweepTrouble,
  missingCopies,
  diskTrouble,
  ballastTrouble,
  logTrouble,
  contestedBranches,
  longWaiting,
];

function lonelyNode({ self, listed }: ConcernFacts): Concern[] {
  if (listed.length > 0) return [];
  const missing = ROLES.filter((role) => !self.roles.includes(role));
  if (missing.length === 0) return [];
  const problem = `this node knows no peers, and is itself no ${missing.join(' and no ')}`;
  return [error('mesh', problem, 'List the other nodes in mesh.peers, addresses with peer ids, here and there.')];
}

function absentPeers({ listed, members, now, uptimeMs }: ConcernFacts): Concern[] {
  if (uptimeMs < SETTLING_MS) return [];
  return listed.flatMap(({ peer, name }) => {
    const member = members.find((each) => each.peer === peer);
    const who = member?.presence.card.name ?? name ?? peer;
    if (member === undefined) {
      return [
        warning(
          'mesh',
          `${who} was not heard of since the start`,
          'Check that it runs, its address and peer id in mesh.peers, and that it lists this node.',
        ),
      ];
    }
    if (member.live) return [];
    const seconds = Math.round((now - member.heardAt) / 1_000);
    return [
      warning(
        'mesh',
        `${who} has not been heard of for ${seconds} s`,
        'Check that it runs and can be reached; it is dialled again by itself.',
      ),
    ];
  });
}

function driftingClocks({ members, self }: ConcernFacts): Concern[] {
  return members.flatMap(({ peer, live, driftMs, presence }) => {
    const off = Math.abs(driftMs);
    if (peer === self.peer || !live || off < DRIFT_WARNING_MS) return [];
    const level = off >= DRIFT_ERROR_MS ? error : warning;
    const problem = `the clock of ${presence.card.name} is ${Math.round(off / 1_000)} s ${driftMs > 0 ? 'ahead' : 'behind'}`;
    return [level('clock', problem, 'Let both machines follow a time server.')];
  });
}

function missingOrchestrator({ members, self, uptimeMs }: ConcernFacts): Concern[] {
  const lives = members.some(
    ({ live, presence: { card } }) => live && card.org === self.org && card.roles.includes('orchestrator'),
  );
  if (lives || self.roles.includes('orchestrator') || uptimeMs < SETTLING_MS) return [];
  return [
    error(
      'work',
      `no orchestrator of ${self.org} is live: events are kept and wait`,
      'Start one, or mend the way to it.',
    ),
  ];
}

function unofferedGenerals({ members, routed, uptimeMs }: ConcernFacts): Concern[] {
  if (uptimeMs < SETTLING_MS) return [];
  const offered = new Set(
    members.filter(({ live }) => live).flatMap(({ presence }) => presence.card.generals.map(({ name }) => name)),
  );
  const missing = [...new Set(routed)].filter((general) => !offered.has(general));
  if (missing.length === 0) return [];
  const problem = `routes name generals that no live node offers: ${missing.join(', ')}`;
  return [
    warning('work', problem, 'Add them to `generals` of a node with the general role, or take them out of the routes.'),
  ];
}

function modelTrouble({ self, model }: ConcernFacts): Concern[] {
  if (!self.roles.includes('general')) return [];
  if (!model.configured) {
    return [
      warning(
        'model',
        'no model is configured: generals answer by offline-rules',
        'Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server.',
      ),
    ];
  }
  if (model.problem === undefined) return [];
  return [
    warning(
      'model',
      `no model could be asked at the last try: ${model.problem}; generals answer by offline-rules`,
      'Check the address, the key and the provider; it is tried again by itself.',
    ),
  ];
}

function ingestTrouble({ self, webhookSecrets, closed, draining }: ConcernFacts): Concern[] {
  if (!self.roles.includes('aggregator')) return [];
  return [
    ...(webhookSecrets > 0
      ? []
      : [
          error(
            'ingest',
            'no webhook secret is configured: the webhook route is not served',
            'Set ingest.github.secrets (GITHUB_WEBHOOK_SECRET_FILE) to the secret of the webhook.',
          ),
        ]),
    ...(closed === undefined || draining
      ? []
      : [
          error(
            'ingest',
            `nothing is taken in: ${closed}`,
            'Senders get 503; ask GitHub to redeliver once it is mended.',
          ),
        ]),
  ];
}

function sweepTrouble({ sweeps = [] }: ConcernFacts): Concern[] {
  return sweeps.map(({ hook, problem, fix }) =>
    warning('ingest', `deliveries of the webhook ${hook} that did not arrive cannot be found: ${problem}`, fix),
  );
}

function missingCopies({ self, members, copiesWanted }: ConcernFacts): Concern[] {
  const others = members.filter(({ peer, presence: { card } }) => peer !== self.peer && card.org === self.org);
  if (!copiesWanted || others.some(({ connected }) => connected)) return [];
  const problem = `ingest.ack is peer, and no other node of ${self.org} is connected: events are stored and answered 503`;
  return [error('ingest', problem, 'Start another node or mend the way to it; or set ingest.ack to disk.')];
}

const MAKE_ROOM = 'Free space or enlarge the volume; it goes on by itself then.';

function diskTrouble({ room }: ConcernFacts): Concern[] {
  const { stage, problem, freeBytes = 0, reserveBytes = 0 } = room;
  if (problem !== undefined) {
    const fix = 'Look at the volume of the data directory; the marks on free room do not work until then.';
    return [error('disk', `the room on the disk cannot be read: ${problem}`, fix)];
  }
  const left = `${toMib(freeBytes)} MiB are free on the disk`;
  switch (stage) {
    case 'calm':
      return [];
    case 'hold':
      return [warning('disk', `${left}: this node makes no new offers`, MAKE_ROOM)];
    case 'busy':
      return [warning('disk', `${left}: this node makes no new offers and accepts no new work`, MAKE_ROOM)];
    case 'closed':
      return [
        error('disk', `${left}, fewer than the ${toMib(reserveBytes)} MiB kept back: ingest answers 503`, MAKE_ROOM),
      ];
  }
}

function ballastTrouble({ room: { ballast }, uptimeMs }: ConcernFacts): Concern[] {
  if (ballast !== 'released' || uptimeMs < SETTLING_MS) return [];
  const problem = 'there is no ballast: the disk has, or had, no room for it';
  return [warning('disk', problem, 'Free space: it is made again once there is room, and saves accepted work.')];
}

function logTrouble({ unreadable, quarantined }: ConcernFacts): Concern[] {
  return [
    ...(unreadable === 0
      ? []
      : [
          warning(
            'log',
            `${unreadable} records cannot be read by this build`,
            'Upgrade this node: newer nodes wrote them. They are kept and passed on.',
          ),
        ]),
    ...quarantined.map((log) =>
      error(
        'log',
        `two signed heads of ${log} disagree: it is quarantined`,
        'Somebody runs two nodes with one key, or restored a copy while the original ran: stop one and give it a key of its own.',
      ),
    ),
  ];
}

function contestedBranches({ contested = [] }: ConcernFacts): Concern[] {
  return contested.map((branch) =>
    warning(
      'work',
      `two runs hold ${branch}`,
      'The one that pushes second is refused by git and begins anew. See both: mindmesh locks',
    ),
  );
}

function longWaiting({ oldestOpen }: ConcernFacts): Concern[] {
  if (oldestOpen === undefined || oldestOpen.ageMs < OPEN_LONG_MS) return [];
  const minutes = Math.round(oldestOpen.ageMs / 60_000);
  return [
    warning(
      'work',
      `${oldestOpen.eventId} is open for ${minutes} min`,
      `See why: mindmesh explain ${oldestOpen.eventId}`,
    ),
  ];
}

function toMib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function error(about: string, problem: string, fix: string): Concern {
  return { level: 'error', about, problem, fix };
}

function warning(about: string, problem: string, fix: string): Concern {
  return { level: 'warning', about, problem, fix };
}
