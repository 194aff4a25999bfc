// One real node, composed as `mindmesh run` composes it, that answers the bench over its channel: node-main.ts CONFIG
import { VERSION } from '../../daemon/cli/version.ts';
import { compose } from '../../daemon/compose.ts';
import { loadConfig } from '../../daemon/config/load.ts';
import { endOnUncaught } from '../../daemon/lifecycle.ts';
import { appendEvents } from './append.ts';
import { CommitTrace } from './commit-trace.ts';
import { Driver } from './driver.ts';
import type { JobName, Jobs } from './messages.ts';
import { ReachWatch } from './reach-watch.ts';

const [configFile = ''] = process.argv.slice(2);
const daemon = await compose(await loadConfig({ file: configFile, env: process.env, cwd: process.cwd() }), VERSION);
endOnUncaught(daemon.log);
const { core } = daemon;
const trace = new CommitTrace(core.replica);
const driver = new Driver(core.replica);
const watch = new ReachWatch(core);

type Work = { readonly [N in JobName]: (ask: Jobs[N]['ask']) => Jobs[N]['answer'] | Promise<Jobs[N]['answer']> };

const WORK: Work = {
  state: () => ({
    connected: core.mesh.connected().length,
    ready: core.isReady(),
    live: core.roster.members().filter((member) => member.live && member.presence.ready).length,
  }),
  append: (ask) => appendEvents(ask, core.replica),
  drive: (ask) => driver.drive(ask),
  trace: ({ types }) => {
    trace.begin(types);
    return {};
  },
  traced: () => trace.end(),
  reach: (ask) => watch.reach(ask),
  memory: () => {
    globalThis.gc?.();
    const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage();
    return { heapBytes, rssBytes };
  },
  leave: async () => {
    await daemon.stop();
    setTimeout(() => process.exit(), LAST_ANSWER_MS);
    return {};
  },
};

/** For the answer to `leave` to get out. */
const LAST_ANSWER_MS = 50;

process.on('message', (message: { readonly job: JobName }) => {
  void perform(message.job, message).then((answer) => process.send?.(answer));
});
// When the benchmark is killed, nothing of it stays behind.
process.on('disconnect', () => process.exit());

await daemon.start();
process.send?.({ ready: true, url: '' });

async function perform(job: JobName, ask: unknown): Promise<object> {
  const work: (ask: never) => object | Promise<object> = WORK[job];
  return work(ask as never);
}
