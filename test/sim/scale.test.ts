import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { floodsTo, GOSSIP_DEGREES } from '../../daemon/mesh/libp2p-settings.ts';
import { gossipModel } from './scale/gossip-model.ts';
import { scaleRun } from './scale/scale-run.ts';

const gossip = gossipModel({ ...GOSSIP_DEGREES, floods: floodsTo });

describe('scale / what a node receives', () => {
  for (const nodes of [10, 70]) {
    test(`${nodes} nodes, an event a second: every record arrives, and what is said beside the records is little`, async () => {
      const run = await scaleRun({ nodes, eventsPerSecond: 1, gossip, warmUp: 5, window: 4, seed: 1 });
      assert.equal(run.missing, 0);
      // Each link is told once of each origin that another brings it sooner; pushed by all, there were thirty.
      assert.ok(run.messagesByClass.batch < 3 * 5, `${run.messagesByClass.batch} batches of five records a second`);
      assert.ok(run.bytesByClass.have < 1_000, `${run.bytesByClass.have} B/s to say what one has`);
      assert.ok(run.bytesByClass.heads < 10_000, `${run.bytesByClass.heads} B/s to say how long logs are`);
    });
  }
});
