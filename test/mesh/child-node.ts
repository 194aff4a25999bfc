// One mesh node in a process of its own, for tests that kill it. Settings come in the first argument, news go to the parent.

import { createStaticDiscovery } from '../../daemon/mesh/discovery-static.ts';
import { createDispatcher } from '../../daemon/mesh/dispatcher.ts';
import { loadIdentity } from '../../daemon/mesh/identity.ts';
import { createMeshNode } from '../../daemon/mesh/node.ts';
import { createRuntime } from '../../daemon/runtime.ts';
import { TOPICS } from '../../protocols/names.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import { type ChildSettings, ChildSettingsSchema, tellParent } from './child-protocol.ts';
import { presenceOf } from './presence-of.ts';

async function run({ keyFile, port, peers }: ChildSettings): Promise<void> {
  const { identity, privateKey } = await loadIdentity(keyFile);
  const runtime = createRuntime(mute);
  const discovery = createStaticDiscovery(peers);
  const meter = { count: () => undefined, observe: () => undefined };
  const listen = { host: '127.0.0.1', port };
  const mesh = createMeshNode({ listen }, { privateKey, identity, runtime, meter, discovery });
  const handler = { offer: async () => ({ type: 'accept' as const }), note: () => undefined };
  createDispatcher({}, { mesh, runtime, handler });
  mesh.onGossip(TOPICS.presence, (from) => tellParent({ type: 'heard', from }));
  await mesh.start();
  tellParent({ type: 'listening', peer: identity.peer, addresses: [...mesh.addresses()] });
  setInterval(() => mesh.publish(TOPICS.presence, presenceOf(identity.peer)), 50);
  process.once('disconnect', () => process.exit());
}

const mute: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => mute,
};

await run(ChildSettingsSchema.parse(JSON.parse(process.argv[2] ?? '')));
