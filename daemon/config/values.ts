import { isIP } from 'node:net';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { ParseText } from './section.ts';
import { parseDuration, parseSize } from './units.ts';

/** What may stand at a key, for people, where the schema alone does not say it. */
export const TAKES = z.registry<{ readonly takes: string }>();

const NO_PORT = 'is not a port (0 to 65535)';

/** Words of the schemas: what people write on the left, what code uses on the right. */

/** `30s`, `1h30m` → milliseconds. */
export function duration(fallback: string) {
  return z
    .string({ error: 'write a time with its unit, like 30s, 5m or 24h' })
    .transform((text, ctx) => parseDuration(text) ?? refuse(ctx, 'is not a time like 500ms, 30s, 5m, 24h or 7d'))
    .register(TAKES, { takes: 'time' })
    .prefault(fallback);
}

/** `25MiB`, `64kB` or a number of bytes → bytes. */
export function size(fallback: string) {
  return z
    .union([z.string(), z.int().nonnegative()], { error: 'write a size like 25MiB, or a number of bytes' })
    .transform((value, ctx) => parseSize(value) ?? refuse(ctx, 'is not a size like 512, 64KiB, 25MiB or 1GiB'))
    .register(TAKES, { takes: 'size' })
    .prefault(fallback);
}

export const portNumber = z.int(NO_PORT).min(0, NO_PORT).max(65_535, NO_PORT).register(TAKES, { takes: 'port' });

/** 0 takes a free one. */
export function port(fallback: number) {
  return portNumber.default(fallback);
}

/** Names that become part of slots, topics and file names: rule W6. */
export function slug(what: string) {
  return z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, `is not a name of ${what}: small letters, digits, - and ., at most 63`);
}

export const cidr = z
  .string()
  .refine(isCidr, 'is not a block of addresses like 10.0.0.0/8 or fd00::/8')
  .register(TAKES, { takes: 'CIDR block' });

export const multiaddr = z
  .string()
  .regex(
    /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d{1,5}(\/p2p\/[1-9A-HJ-NP-Za-km-z]+)?$/,
    'is not an address like /ip4/10.0.0.5/tcp/7946 or /dns4/node.example.org/tcp/7946',
  )
  .register(TAKES, { takes: 'multiaddr' });

export const webUrl = z
  .url({ protocol: /^https?$/, error: 'is not an http:// or https:// address' })
  .register(TAKES, { takes: 'URL' });

/** One value may stand where a list is meant. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item));
}

/** A list in a variable is separated by commas. */
export const asText: ParseText = (text) => text;
export const asPath: ParseText = (text, { cwd }) => resolve(cwd, text);
export const asNumber: ParseText = (text) => (/^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text);
export const asList: ParseText = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

function refuse(ctx: z.RefinementCtx, message: string): never {
  ctx.addIssue({ code: 'custom', message });
  return z.NEVER;
}
