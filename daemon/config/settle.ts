import { dirname, resolve } from 'node:path';
import type { RoleName } from '../../protocols/names.ts';
import type { Checked, Settings } from './config.ts';
import { type Sources, sourceIn } from './merge.ts';
import { findMisfits } from './misfits.ts';
import type { Problem, Source } from './problem.ts';
import type { SecretRef } from './secret.ts';

export interface Place {
  /** Absolute path of the configuration file, or undefined without one. */
  readonly file?: string;
  readonly cwd: string;
  readonly hostname: string;
}

/** What one key cannot say alone: absolute paths, the final ports, and keys that must fit one another. */
export function settle(
  checked: Checked,
  sources: Sources,
  place: Place,
): { settings: Settings; sources: Sources; problems: readonly Problem[] } {
  const base = place.file === undefined ? place.cwd : dirname(place.file);
  const dataDir = resolve(base, checked.node.dataDir);
  const absolute = (ref: SecretRef): SecretRef => (ref.file === undefined ? ref : { file: resolve(base, ref.file) });
  const { port, ...http } = checked.http;
  const withoutPort = checked.node.roles.filter((role) => sources.get(`http.${role}.port`)?.from === 'default');
  const settings: Settings = {
    ...checked,
    node: {
      ...checked.node,
      name: checked.node.name ?? place.hostname,
      ...(checked.node.generalsDir && { generalsDir: resolve(base, checked.node.generalsDir) }),
      dataDir,
      keyFile: resolve(dataDir, checked.node.keyFile),
      socket: resolve(dataDir, checked.node.socket),
    },
    http: {
      ...http,
      ...sharedPort(port, withoutPort, http),
      auth: { ...http.auth, tokenFile: resolve(dataDir, http.auth.tokenFile) },
    },
    ingest: {
      ...checked.ingest,
      github: { ...checked.ingest.github, secrets: checked.ingest.github.secrets.map(absolute) },
    },
    model: {
      ...withAbsoluteKey(checked.model, absolute),
      providers: checked.model.providers.map((provider) => withAbsoluteKey(provider, absolute)),
    },
    discord: { ...checked.discord, ...(checked.discord.token && { token: absolute(checked.discord.token) }) },
    github: withAbsoluteSecrets(checked.github, absolute),
  };
  const findings = findMisfits(settings, port === undefined ? [] : withoutPort);
  const problems = findings.map((finding) => ({ ...finding, source: sourceIn(sources)(finding.key.split('.')) }));
  return { settings, sources: new Map([...sources, ...sharedSource(port, withoutPort, sources)]), problems };
}

function withAbsoluteKey<P extends { readonly apiKey?: SecretRef }>(
  provider: P,
  absolute: (ref: SecretRef) => SecretRef,
): P {
  return { ...provider, ...(provider.apiKey && { apiKey: absolute(provider.apiKey) }) };
}

function withAbsoluteSecrets(
  { token, app, ...rest }: Checked['github'],
  absolute: (ref: SecretRef) => SecretRef,
): Settings['github'] {
  return {
    ...rest,
    ...(token && { token: absolute(token) }),
    ...(app && { app: { ...app, privateKey: absolute(app.privateKey) } }),
  };
}

type Ports = Settings['http'];

/** A role's own port beats `http.port` (F06), which serves one role: the only one that has no port of its own. */
function sharedPort(port: number | undefined, withoutPort: readonly RoleName[], ports: Ports): Partial<Ports> {
  const role = soleRole(port, withoutPort);
  return role === undefined || port === undefined ? {} : { [role]: { ...ports[role], port } };
}

function sharedSource(
  port: number | undefined,
  withoutPort: readonly RoleName[],
  sources: Sources,
): [string, Source][] {
  const role = soleRole(port, withoutPort);
  const source = sources.get('http.port');
  return role === undefined || source === undefined ? [] : [[`http.${role}.port`, source]];
}

function soleRole(port: number | undefined, withoutPort: readonly RoleName[]): RoleName | undefined {
  return port !== undefined && withoutPort.length === 1 ? withoutPort[0] : undefined;
}
