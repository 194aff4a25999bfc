import { parseArgs } from 'node:util';
import { floodsTo, GOSSIP_DEGREES } from '../../../daemon/mesh/libp2p-settings.ts';
import { withUsage } from '../../../scripts/with-usage.ts';
import { gossipModel } from './gossip-model.ts';
import { type ScaleResult, scaleRun } from './scale-run.ts';

const USAGE = `npm run scale -- [--nodes 10,100,1000] [--rates 0,1,10] [--warm 30] [--window 60] [--json]
Rates are events a second of the whole mesh; warm and window are simulated seconds.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '10,100,1000' },
      rates: { type: 'string', default: '0,1,10' },
      warm: { type: 'string', default: '30' },
      window: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  });
  const gossip = gossipModel({ ...GOSSIP_DEGREES, floods: floodsTo });
  const [warmUp, window] = [Number(values.warm), Number(values.window)];
  const results: ScaleResult[] = [];
  for (const nodes of values.nodes.split(',').map(Number)) {
    for (const eventsPerSecond of values.rates.split(',').map(Number)) {
      const result = await scaleRun({ nodes, eventsPerSecond, gossip, warmUp, window, seed: 1 });
      results.push(result);
      if (!values.json) process.stdout.write(textOf(result));
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ results })}\n`);
  return 0;
}

function textOf(result: ScaleResult): string {
  const { nodes, eventsPerSecond, receivedBytes, mostReceivedBytes, mostSentBytes, messages, missing } = result;
  const kB = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB/s`;
  const classes = Object.entries(result.bytesByClass).map(([name, bytes]) => `${name} ${kB(bytes)}`);
  return `${nodes} nodes, ${eventsPerSecond} events/s: ${kB(receivedBytes)} received a node, as much sent \
(most ${kB(mostReceivedBytes)} in, ${kB(mostSentBytes)} out), ${messages.toFixed(1)} messages/s, ${missing} logs behind
  ${classes.join(', ')}
`;
}

process.exitCode = await withUsage(USAGE, main);
