import { SECTIONS } from './config.ts';
import { ENVIRONMENT, LOADER_VARIABLES } from './environment.ts';
import { FLAGS } from './flags.ts';
import { allKeys, type KeyInfo } from './keys.ts';

/** docs/configuration.md, from the definitions. */
export function renderReference(): string {
  const keys = allKeys();
  const sections = SECTIONS.map((section) => {
    const own = keys.filter(
      ({ key }) =>
        key === section.name || (/^[.[]/.test(key.slice(section.name.length)) && key.startsWith(section.name)),
    );
    return [`## ${section.name}`, section.about, ...own.map(renderKey)].join('\n\n');
  });
  return `${[INTRODUCTION, ...sections, renderVariables(), renderFlags()].join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Generated from daemon/config by scripts/generate-configuration.ts: change the schemas there. -->

# Configuration

A node reads one YAML file: \`mindmesh.yaml\` in the working directory, or the one that \`--config\` or \`MINDMESH_CONFIG\` names. Every key
has a default, so an empty file is a valid one; \`mindmesh.example.yaml\` shows the keys that are set most.

- A flag beats the environment, the environment beats the file, the file beats the default.
  \`mindmesh config view\` prints every value and where it came from; \`mindmesh config explain KEY\` prints one with all that may set it.
- A key that is not known is an error that names the nearest known one. \`mindmesh config validate\` lists every problem at once and starts nothing.
- Times are written with their unit (\`500ms\`, \`30s\`, \`1h30m\`, \`7d\`), sizes as \`25MiB\`, \`25MB\` or a number of bytes.
- One value may stand where a list is meant. A key without a value counts as not there.
- A secret is never written into the file. It is \`{file: PATH}\` or \`{env: NAME}\`; a file that the world, or a group that is not the
  process's own, can read is refused. Secrets are never printed.
- Paths are relative to the configuration file; \`keyFile\`, \`socket\` and \`tokenFile\` to the data directory; in flags and variables to the working directory.
- Of the environment only the variables listed below are read. An empty one counts as not set.`;

function renderKey({ key, help, takes, fallback, variables, flags }: KeyInfo): string {
  const facts = [
    `Takes: ${code(takes)}.`,
    ...(fallback === undefined
      ? []
      : [`Default: ${code(typeof fallback === 'string' ? fallback : JSON.stringify(fallback))}.`]),
    ...(variables.length === 0 ? [] : [`Variable: ${variables.map(({ name }) => code(name)).join(', ')}.`]),
    ...(flags.length === 0 ? [] : [`Flag: ${flags.map(({ name }) => code(`--${name}`)).join(', ')}.`]),
  ];
  return [`### \`${key}\``, help, facts.join(' ')].filter((part) => part !== '').join('\n\n');
}

function renderVariables(): string {
  const rows = [
    ...LOADER_VARIABLES.map(({ name, help }) => [code(name), '', help]),
    ...ENVIRONMENT.map(({ name, key, help = '' }) => [code(name), code(key), help]),
  ];
  return ['## Environment variables', table(['variable', 'key', ''], rows)].join('\n\n');
}

function renderFlags(): string {
  const rows = FLAGS.map(({ name, value, key, help, many }) => [
    code(`--${name} ${value}`),
    code(key),
    many ? `${help}; may be repeated` : help,
  ]);
  return ['## Flags of `mindmesh run`', table(['flag', 'key', ''], rows)].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function code(text: string): string {
  return `\`${text}\``;
}
