import * as z from 'zod';
import type { Section } from './section.ts';
import { asText } from './values.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const schema = z
  .strictObject({
    level: z.enum(LOG_LEVELS).default('info').describe('Least important message that is logged; silent logs nothing.'),
  })
  .prefault({});

export const logSection = {
  name: 'log',
  about: 'The log: one line of JSON for each message, on standard error.',
  schema,
  variables: [
    { name: 'LOG_LEVEL', key: 'log.level', parse: (text) => text.trim().toLowerCase() },
    {
      name: 'RUST_LOG',
      key: 'log.level',
      parse: rustLevel,
      help: 'Of `info,mindmesh=debug` the part for mindmesh counts, else the one without a name.',
    },
  ],
  flags: [
    {
      name: 'log-level',
      key: 'log.level',
      parse: asText,
      value: 'LEVEL',
      help: 'trace, debug, info, warn, error or silent',
    },
  ],
} as const satisfies Section;

/** The filter syntax of Rust's env_logger; a filter that names only other programs sets nothing. */
function rustLevel(text: string): unknown {
  const parts = text
    .toLowerCase()
    .split('/', 1)
    .flatMap((filters) => filters.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const own = parts.find((part) => part.startsWith('mindmesh='))?.slice('mindmesh='.length);
  const level = own ?? parts.find((part) => !part.includes('='));
  return level === 'off' ? 'silent' : level;
}
