import { hostname } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { Config, Settings } from './config.ts';
import { type ConfigDocument, parseConfig, restrict } from './document.ts';
import { readEnvironment } from './environment.ts';
import { FILES, type Files } from './files.ts';
import { type GivenFlags, readFlags } from './flags.ts';
import { mergeLayers, type Sources } from './merge.ts';
import { invalidConfig } from './problem.ts';
import { readSecret } from './read-secret.ts';
import type { Secret, SecretRef } from './secret.ts';
import type { Surroundings } from './section.ts';
import { settle } from './settle.ts';

export interface LoadOptions extends Surroundings {
  /** Flags that set keys, by name. */
  readonly flags?: GivenFlags;
  /** `--config`; else `MINDMESH_CONFIG`; else `mindmesh.yaml` in the working directory, where there is one. */
  readonly file?: string;
  /** Default: the real file system. */
  readonly files?: Files;
  /** Default name of the node. Default: the name of the host. */
  readonly hostname?: string;
}

export interface LoadedSettings {
  readonly settings: Settings;
  readonly sources: Sources;
  /** Absolute path of the file that was read, if any. */
  readonly file?: string;
}

export interface LoadedConfig extends LoadedSettings {
  readonly config: Config;
}

export const CONFIG_FILE = 'mindmesh.yaml';
/** Of the first source document: only its `git` is ours. */
const DISCOVERY_FILE = 'discovery.yml';

/**
 * The configuration of a daemon, with its secrets.
 * @throws MeshError `config-unreadable`, `config-invalid` (every problem at once), `secret-unreadable`, `secret-exposed`
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const loaded = await loadSettings(options);
  return { ...loaded, config: await readSecrets(loaded.settings, options) };
}

/** The same without reading any secret: for commands that start no daemon. */
export async function loadSettings(options: LoadOptions): Promise<LoadedSettings> {
  const { files = FILES } = options;
  const main = await readMain(options, files);
  const folder = main === undefined ? options.cwd : dirname(main.path);
  const discovery = await readDiscovery(join(folder, DISCOVERY_FILE), options.cwd, files);
  const environment = readEnvironment(options);
  const merged = mergeLayers({
    flags: readFlags(options.flags ?? {}, options),
    environment: environment.settings,
    files: [main?.document, discovery].filter((document) => document !== undefined),
  });
  const problems = [...(merged.ok ? [] : merged.problems), ...environment.problems];
  if (!merged.ok || problems.length > 0) throw invalidConfig(problems);
  const {
    settings,
    sources,
    problems: misfits,
  } = settle(merged.value, merged.sources, {
    ...(main && { file: main.path }),
    cwd: options.cwd,
    hostname: options.hostname ?? hostname(),
  });
  if (misfits.length > 0) throw invalidConfig(misfits);
  return { settings, sources, ...(main && { file: main.path }) };
}

async function readMain(
  { file, env, cwd }: LoadOptions,
  files: Files,
): Promise<{ path: string; document: ConfigDocument } | undefined> {
  const named = file ?? (env.MINDMESH_CONFIG || undefined);
  const path = resolve(cwd, named ?? CONFIG_FILE);
  const text = await readText(path, files);
  if (text !== undefined) return { path, document: parseConfig(text, shortName(path, cwd)) };
  if (named === undefined) return undefined;
  throw new MeshError('config-unreadable', { file: path, problem: 'there is no such file' });
}

async function readDiscovery(path: string, cwd: string, files: Files): Promise<ConfigDocument | undefined> {
  const text = await readText(path, files);
  return text === undefined ? undefined : restrict(parseConfig(text, shortName(path, cwd)), ['git', 'gitlens']);
}

async function readText(path: string, files: Files): Promise<string | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    throw new MeshError('config-unreadable', { file: path, problem: messageOf(error) }, { cause: error });
  }
}

async function readSecrets(settings: Settings, options: LoadOptions): Promise<Config> {
  const read = (name: string, ref: SecretRef) => readSecret(name, ref, options, options.files ?? FILES);
  const { ingest, model, discord, github } = settings;
  const { token, ...discordRest } = discord;
  const secrets = ingest.github.secrets.map((ref) => read('ingest.github.secrets', ref));
  return {
    ...settings,
    ingest: { ...ingest, github: { ...ingest.github, secrets: await Promise.all(secrets) } },
    model: await readModel(model, read),
    discord: { ...discordRest, ...(token && { token: await read('discord.token', token) }) },
    github: await readGithub(github, read),
  };
}

type Read = (name: string, ref: SecretRef) => Promise<Secret>;

async function readModel({ apiKey, providers, ...rest }: Settings['model'], read: Read): Promise<Config['model']> {
  const withKeys = providers.map(async ({ apiKey: own, ...provider }, at) => {
    return { ...provider, ...(own && { apiKey: await read(`model.providers[${at}].apiKey`, own) }) };
  });
  return {
    ...rest,
    ...(apiKey && { apiKey: await read('model.apiKey', apiKey) }),
    providers: await Promise.all(withKeys),
  };
}

async function readGithub({ token, app, ...rest }: Settings['github'], read: Read): Promise<Config['github']> {
  return {
    ...rest,
    ...(token && { token: await read('github.token', token) }),
    ...(app && { app: { ...app, privateKey: await read('github.app.privateKey', app.privateKey) } }),
  };
}

/** As a person would write it: relative while it lies below the working directory. */
function shortName(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short || basename(path);
}
