import { MeshError } from '../protocols/errors.ts';
import { Aggregator } from '../roles/aggregator/aggregator.ts';
import type { Sweeper } from '../roles/aggregator/sweeper.ts';
import type { General } from '../roles/general/general.ts';
import { Orchestrator } from '../roles/orchestrator/orchestrator.ts';
import { mergeRoutes, type Route } from '../roles/orchestrator/routes.ts';
import { mayOffer } from '../roles/policy/pressure.ts';
import type { Dispatcher } from '../roles/ports/dispatcher.ts';
import type { Model } from '../roles/ports/model.ts';
import { RunController } from '../roles/runs/controller.ts';
import type { Core } from './compose-core.ts';
import { composeSweeper } from './compose-sweeper.ts';
import { composeWords } from './compose-words.ts';
import type { Config } from './config/config.ts';
import type { Step } from './lifecycle.ts';

/** What this node does; a role that it does not have is absent. */
export interface Roles {
  readonly aggregator?: Aggregator;
  /** Absent when no webhooks are looked after. */
  readonly sweeper?: Sweeper;
  readonly orchestrator?: Orchestrator;
  readonly general?: General;
  /** Absent: the generals answer by rules. */
  readonly model?: Model;
  /** Names of the models, for people. */
  readonly models?: string;
  /** The rules an orchestrator of this configuration follows. */
  readonly routes: readonly Route[];
  readonly steps: readonly Step[];
}

export async function composeRoles(config: Config, core: Core): Promise<Roles> {
  const routes = mergeRoutes(config.routes, { defaults: config.routing.defaults });
  const has = (role: string) => config.node.roles.some((each) => each === role);
  const aggregator = has('aggregator') ? composeAggregator(config, core) : undefined;
  const sweeper = aggregator && composeSweeper(config, core);
  const orchestrator = has('orchestrator') ? composeOrchestrator(config, core, routes) : undefined;
  const runs = orchestrator && composeRuns(core);
  const { general, model, models, effects } = has('general') ? await loadGeneral(config, core) : {};
  return {
    ...(aggregator && { aggregator }),
    ...(sweeper && { sweeper }),
    ...(orchestrator && { orchestrator }),
    ...(general && { general }),
    ...(model && { model }),
    ...(models !== undefined && { models }),
    routes,
    steps: [
      ...(aggregator ? [aggregatorStep(aggregator)] : []),
      ...(sweeper ? [{ name: 'sweeper', start: () => sweeper.start(), stop: () => sweeper.stop() }] : []),
      ...(orchestrator
        ? [{ name: 'orchestrator', start: () => orchestrator.start(), stop: () => orchestrator.stop() }]
        : []),
      ...(runs ? [{ name: 'runs', start: () => runs.start(), stop: () => runs.stop() }] : []),
      // Before the generals and after them: it is they who perform.
      ...(effects ? [{ name: 'effects', start: () => effects.start(), stop: () => effects.stop() }] : []),
      ...(general ? [{ name: 'general', start: () => general.start(), stop: () => general.stop() }] : []),
      // Said before anything is taken apart, so that nobody offers work to a node that leaves.
      { name: 'farewell', stop: () => core.announcer.leave() },
    ],
  };
}

/** Templates and the model's client are a third of the code: a node without generals does not load them. */
async function loadGeneral(config: Config, core: Core) {
  const { composeGeneral } = await import('./compose-general.ts');
  return composeGeneral(config, core);
}

function composeAggregator({ ingest }: Config, core: Core): Aggregator {
  const { replica, store, blobs, runtime, metrics, logSync } = core;
  const copies = ingest.ack === 'peer' ? { copies: logSync.copies } : {};
  const parts = { journal: replica, tables: store.tables, blobs, runtime, meter: metrics, ...copies };
  const aggregator = new Aggregator({}, parts);
  closeUnderPressure(aggregator, core);
  return aggregator;
}

/** 503 is the last of what overload does (I4). */
function closeUnderPressure(aggregator: Aggregator, { pressure }: Core): void {
  let closedFor: readonly string[] = [];
  pressure.onChange((now) => {
    for (const reason of closedFor) aggregator.open(reason);
    for (const reason of now.closedFor) aggregator.close(reason);
    closedFor = now.closedFor;
  });
}

function aggregatorStep(aggregator: Aggregator): Step {
  return {
    name: 'aggregator',
    stop: () => {
      aggregator.close('this node leaves');
      return aggregator.drained();
    },
  };
}

/** The first of what overload does: no new offers; they are tried again with backoff, like those to a node that is away (I4). */
function heldBack({ dispatcher, pressure }: Core): Dispatcher {
  return {
    offer: async (peer, offer) => {
      if (mayOffer(pressure.now)) return dispatcher.offer(peer, offer);
      throw new MeshError('overloaded', { reason: 'its disk is nearly full, so it makes no new offers' });
    },
    note: (peer, note) => dispatcher.note(peer, note),
  };
}

function composeOrchestrator(config: Config, core: Core, routes: readonly Route[]): Orchestrator {
  const { routing } = config;
  const people = composeWords(config, core);
  const { card, replica, store, roster, runtime, metrics, late } = core;
  const { unrouted, deadline, waitingDeadline } = routing;
  const orchestrator = new Orchestrator(
    { self: card, routes, unrouted, deadlineMs: deadline, waitingDeadlineMs: waitingDeadline, people },
    { journal: replica, tables: store.tables, roster, dispatcher: heldBack(core), runtime, meter: metrics },
  );
  late.note = (from, note) => orchestrator.note(from, note);
  replica.onForgotten((events) => orchestrator.forget(events));
  return orchestrator;
}

function composeRuns({ card, replica, store, roster, runtime, isReady }: Core): RunController {
  return new RunController({ self: card }, { journal: replica, tables: store.tables, roster, runtime, isReady });
}
