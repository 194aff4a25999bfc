import type { RoleName } from '../../protocols/names.ts';
import type { Settings } from './config.ts';

/** Keys that are right each for itself and wrong together. */
export interface Finding {
  readonly key: string;
  readonly text: string;
}

/** sun_path holds 104 bytes on macOS, 108 on Linux, with the ending zero. */
const SOCKET_PATH_BYTES = 100;

/** @param sharers the roles that `http.port` would serve; one is right */
export function findMisfits(settings: Settings, sharers: readonly RoleName[]): Finding[] {
  const ports = sharers.length > 1 ? [refuseSharing(sharers)] : checkPorts(settings);
  return [
    ...ports,
    ...checkSocket(settings),
    ...checkPeers(settings),
    ...checkModel(settings),
    ...checkAck(settings),
    ...checkSweep(settings),
    ...checkEffects(settings),
    ...checkRetention(settings),
  ];
}

function refuseSharing(roles: readonly RoleName[]): Finding {
  const own = roles.map((role) => `http.${role}.port`).join(' and ');
  return { key: 'http.port', text: `would be the port of ${roles.join(' and ')} at once; set ${own} instead` };
}

function checkPorts({ node, http, mesh }: Settings): Finding[] {
  const taken = new Map<number, string>([[mesh.port, 'mesh.port']]);
  return node.roles.flatMap((role) => {
    const { port } = http[role];
    const key = `http.${role}.port`;
    const other = port === 0 ? undefined : taken.get(port);
    taken.set(port, key);
    return other === undefined ? [] : [{ key, text: `is ${port}, like ${other}` }];
  });
}

function checkSocket({ node }: Settings): Finding[] {
  const bytes = Buffer.byteLength(node.socket);
  if (bytes <= SOCKET_PATH_BYTES || process.platform === 'win32') return [];
  const text = `${node.socket} has ${bytes} bytes, a unix socket takes ${SOCKET_PATH_BYTES}; choose a shorter path`;
  return [{ key: 'node.socket', text }];
}

function checkPeers({ mesh }: Settings): Finding[] {
  const seen = new Set<string>();
  return mesh.peers.flatMap(({ peer, addresses }) => {
    const findings: Finding[] = [];
    if (seen.has(peer)) findings.push({ key: 'mesh.peers', text: `lists ${peer} twice` });
    seen.add(peer);
    for (const address of addresses) {
      const named = address.split('/p2p/')[1];
      if (named !== undefined && named !== peer) {
        findings.push({ key: 'mesh.peers', text: `the address ${address} of ${peer} names another peer` });
      }
    }
    return findings;
  });
}

function checkModel({ model }: Settings): Finding[] {
  const { provider, name, providers } = model;
  const isOfOther = provider === 'anthropic' && name.startsWith('gpt-');
  const text = `is ${name}, which anthropic does not serve; name one of its models`;
  const isAsked = model.apiKey !== undefined || model.baseUrl !== undefined;
  const names = [...(isAsked ? [provider] : []), ...providers.map((each) => each.name)];
  const twice = names.find((each, at) => names.indexOf(each) < at);
  return [
    ...(isOfOther ? [{ key: 'model.name', text }] : []),
    ...(twice === undefined
      ? []
      : [{ key: 'model.providers', text: `has ${twice} twice; the one of model counts too` }]),
    ...checkClasses(model),
  ];
}

function checkClasses({ provider, name, providers, classes }: Settings['model']): Finding[] {
  const known = providers.flatMap((each) => each.models.map((model) => `${each.name}/${model.name}`));
  const all = [`${provider}/${name}`, ...known];
  return (['small', 'large'] as const).flatMap((modelClass) => {
    const unknown = classes[modelClass]?.filter((model) => !all.includes(model)) ?? [];
    const text = `names ${unknown.join(', ')}; there are ${all.join(', ')}`;
    return unknown.length === 0 ? [] : [{ key: `model.classes.${modelClass}`, text }];
  });
}

/** Nothing would ever be acknowledged. */
function checkAck({ ingest, mesh, node }: Settings): Finding[] {
  if (ingest.ack === 'disk' || !node.roles.includes('aggregator') || mesh.peers.length > 0) return [];
  return [{ key: 'ingest.ack', text: 'is peer, and mesh.peers names no other node; list one, or set disk' }];
}

/** What is still tried must not be forgotten. */
function checkRetention({ node, routing }: Settings): Finding[] {
  const longest = Math.max(routing.deadline, routing.waitingDeadline);
  if (node.retention >= longest) return [];
  const text = 'is shorter than routing.deadline or routing.waitingDeadline; make it as long as the longer of them';
  return [{ key: 'node.retention', text }];
}

/** Nobody could write them. */
function checkEffects({ effects, github, node }: Settings): Finding[] {
  const mayWrite = github.token !== undefined || github.app !== undefined;
  if (mayWrite || !node.roles.includes('general')) return [];
  return Object.entries(effects).flatMap(([name, state]) =>
    state === 'off'
      ? []
      : [{ key: `effects.${name}`, text: 'is on, and wants github.token or github.app to write them' }],
  );
}

/** A webhook can only be looked after by somebody who may ask GitHub about it. */
function checkSweep({ ingest, github }: Settings): Finding[] {
  const { hooks } = ingest.github.sweep;
  const key = 'ingest.github.sweep.hooks';
  const lacksApp = hooks.some((hook) => 'app' in hook) && github.app === undefined;
  if (lacksApp) return [{ key, text: 'names the webhook of the App, and github.app is not set' }];
  const mayAsk = github.token !== undefined || github.app !== undefined;
  return hooks.length === 0 || mayAsk
    ? []
    : [{ key, text: 'wants github.token or github.app, to ask GitHub about them' }];
}
