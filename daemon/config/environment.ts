import { SECTIONS } from './config.ts';
import type { Setting } from './merge.ts';
import type { Problem } from './problem.ts';
import type { Surroundings, Variable } from './section.ts';

/** Variables that choose what is loaded, and set no key. */
export const LOADER_VARIABLES = [
  { name: 'MINDMESH_CONFIG', help: 'The configuration file; --config beats it.' },
] as const;

/** Every variable of the environment that sets a key. None is found by its prefix: a Service named mindmesh injects MINDMESH_PORT and more. */
export const ENVIRONMENT: readonly Variable[] = SECTIONS.flatMap(({ variables }) => variables);

/** A variable that is empty is not set: compose files pass `NAME=` for what nobody gave. */
export function readEnvironment(around: Surroundings): { settings: Setting[]; problems: Problem[] } {
  const settings = new Map<string, Setting>();
  const problems: Problem[] = [];
  for (const variable of ENVIRONMENT) {
    const text = around.env[variable.name];
    if (text === undefined || text === '') continue;
    const source = { from: 'environment', name: variable.name } as const;
    if (variable.wants !== undefined && !around.env[variable.wants]) {
      problems.push({ source, key: variable.key, text: `means nothing without ${variable.wants}` });
    }
    const value = variable.parse(text, around);
    if (value === undefined || settings.has(variable.key)) continue;
    settings.set(variable.key, { key: variable.key, value, source, ...hintOf(text) });
  }
  return { settings: [...settings.values()], problems };
}

function hintOf(text: string): { hint?: string } {
  if (!/^(tcp|udp):\/\//.test(text)) return {};
  return {
    hint: 'it looks like what Kubernetes sets for a Service of that name: enableServiceLinks: false stops that',
  };
}
