import { BenchMesh } from '../nodes/bench-mesh.ts';
import type { Driven, Traced } from '../nodes/messages.ts';
import { GENERAL, ONE_TASK_EACH, ORCHESTRATOR } from '../nodes/task-mesh.ts';
import type { Contender, Load, Measured } from './load.ts';

/** Milliseconds from the submitting call until each record of a task is synced at the node that is named. */
export type Stages = Readonly<Record<string, Float64Array>>;

export interface Ours extends Contender {
  run(load: Load): Promise<Measured & Pick<Driven, 'dispatch' | 'whole'>>;
  /** With one in flight: when which record was synced where. */
  stages(load: Omit<Load, 'inFlight'>): Promise<Stages>;
}

/** An orchestrator, in which events are submitted, and a node with one general: two processes, nothing else. */
export async function startOurs({ profileDir }: { readonly profileDir?: string } = {}): Promise<Ours> {
  const mesh = await BenchMesh.start({
    nodes: [ORCHESTRATOR, GENERAL],
    overrides: ONE_TASK_EACH,
    ...(profileDir !== undefined && { profileDir }),
  });
  const [orchestrator, general] = [mesh.node(ORCHESTRATOR.name), mesh.node(GENERAL.name)];
  return {
    name: 'ours',
    pids: { orchestrator: orchestrator.pid, general: general.pid },
    setup: { sync: 'every record, before anybody acts on it' },
    run: (load) => orchestrator.ask('drive', load),
    stages: async (load) => {
      const types = ['event', 'distribution', 'accepted', 'started', 'done', 'settled'];
      await Promise.all([orchestrator.ask('trace', { types }), general.ask('trace', { types })]);
      const { calledAt } = await orchestrator.ask('drive', { ...load, inFlight: 1 });
      const traces = {
        orchestrator: await orchestrator.ask('traced', {}),
        general: await general.ask('traced', {}),
      };
      return stagesOf(calledAt, traces);
    },
    stop: () => mesh.stop(),
  };
}

function stagesOf(calledAt: ReadonlyMap<string, number>, traces: Readonly<Record<string, Traced>>): Stages {
  const stages = new Map<string, number[]>();
  for (const [node, { events }] of Object.entries(traces)) {
    for (const [id, times] of events) {
      const start = calledAt.get(id);
      if (start === undefined) continue;
      for (const [type, at] of Object.entries(times)) {
        const name = `${type} at the ${node}`;
        const values = stages.get(name) ?? [];
        values.push(at - start);
        stages.set(name, values);
      }
    }
  }
  return Object.fromEntries([...stages].map(([name, values]) => [name, Float64Array.from(values)]));
}
