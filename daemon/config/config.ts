import * as z from 'zod';
import { approvalsSection } from './approvals.ts';
import { effectsSection } from './effects.ts';
import { generalsSection } from './generals.ts';
import { githubSection } from './github.ts';
import { httpSection } from './http.ts';
import { ingestSection } from './ingest.ts';
import { jobsSection } from './jobs.ts';
import { logSection } from './log.ts';
import { meshSection } from './mesh.ts';
import { modelSection } from './model.ts';
import { nodeSection } from './node.ts';
import { discordSection, gitSection } from './notices.ts';
import { routesSection, routingSection } from './routes.ts';
import type { Secret } from './secret.ts';
import type { Section } from './section.ts';

/** The parts of `mindmesh.yaml`, in the order of the documentation. */
export const SECTIONS: readonly Section[] = [
  nodeSection,
  meshSection,
  httpSection,
  ingestSection,
  routesSection,
  routingSection,
  generalsSection,
  modelSection,
  discordSection,
  gitSection,
  githubSection,
  effectsSection,
  approvalsSection,
  jobsSection,
  logSection,
];

export const SettingsSchema = z.strictObject({
  node: nodeSection.schema,
  mesh: meshSection.schema,
  http: httpSection.schema,
  ingest: ingestSection.schema,
  routes: routesSection.schema,
  routing: routingSection.schema,
  generals: generalsSection.schema,
  model: modelSection.schema,
  discord: discordSection.schema,
  git: gitSection.schema,
  github: githubSection.schema,
  effects: effectsSection.schema,
  approvals: approvalsSection.schema,
  jobs: jobsSection.schema,
  log: logSection.schema,
});

/** What the layers say, checked; secrets are still references. */
export type Checked = z.output<typeof SettingsSchema>;

/**
 * The configuration before secrets are read: what a command needs that does not start a daemon. Durations are milliseconds,
 * sizes bytes, every path absolute; a role's port is final, `http.port` is used up.
 */
export interface Settings extends Omit<Checked, 'node' | 'http'> {
  readonly node: Checked['node'] & { readonly name: string };
  readonly http: Omit<Checked['http'], 'port'>;
}

/** The configuration of a daemon: settings with every secret read. */
export interface Config extends Omit<Settings, 'ingest' | 'model' | 'discord' | 'github'> {
  readonly ingest: Omit<Settings['ingest'], 'github'> & {
    readonly github: Omit<Settings['ingest']['github'], 'secrets'> & { readonly secrets: readonly Secret[] };
  };
  readonly model: Omit<Settings['model'], 'apiKey' | 'providers'> & {
    readonly apiKey?: Secret;
    readonly providers: readonly (Omit<Settings['model']['providers'][number], 'apiKey'> & {
      readonly apiKey?: Secret;
    })[];
  };
  readonly discord: Omit<Settings['discord'], 'token'> & { readonly token?: Secret };
  readonly github: Omit<Settings['github'], 'token' | 'app'> & {
    readonly token?: Secret;
    readonly app?: Omit<NonNullable<Settings['github']['app']>, 'privateKey'> & { readonly privateKey: Secret };
  };
}

export type Route = Settings['routes'][number];
export type ConfiguredGeneral = Settings['generals'][number];
export type ConfiguredPeer = Settings['mesh']['peers'][number];
