import { setTimeout as delay } from 'node:timers/promises';
import { MeshError } from '../../protocols/errors.ts';
import { type Args, isOn, textOf } from './args.ts';
import type { OperatorClient } from './client.ts';
import type { Verb } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { reportFault } from './fault.ts';
import { formatOf, lookOf, print } from './format.ts';
import type { Format, Rendering } from './output/look.ts';
import { render } from './output/render.ts';
import { clientOf } from './socket.ts';
import type { Terminal } from './terminal.ts';

/** A command that asks the daemon for a view and prints it, once or for as long as it is watched. */
export function viewVerb<T>(fetch: (client: OperatorClient, args: Args) => Promise<T>, rendering: Rendering<T>): Verb {
  return async (args, terminal) => {
    const client = await clientOf(args, terminal);
    const look = () => fetch(client, args);
    if (isOn(args, 'watch')) return watch(look, rendering, args, terminal);
    await print(await look(), rendering, args, terminal);
    return EXIT.ok;
  };
}

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

/**
 * On a terminal the view is drawn anew; elsewhere what is new is appended: lines for people, whole documents for programs.
 * Ends with 0 on ctrl-C. A daemon that goes away while it is watched is waited for.
 */
async function watch<T>(
  fetch: () => Promise<T>,
  rendering: Rendering<T>,
  args: Args,
  terminal: Terminal,
): Promise<number> {
  const format = formatOf(args);
  const interval = await intervalOf(args);
  let shown = await render(await fetch(), format, rendering, lookOf(terminal));
  const signal = terminal.interrupted();
  const { stdout } = terminal;
  stdout.write(stdout.isTTY ? CLEAR + shown : shown);
  let troubled = false;
  while (await pause(interval, signal)) {
    try {
      const next = await render(await fetch(), format, rendering, lookOf(terminal));
      if (stdout.isTTY ? next !== shown || troubled : false) stdout.write(CLEAR + next);
      else if (!stdout.isTTY) stdout.write(news(shown, next, format));
      shown = next;
      troubled = false;
    } catch (error) {
      if (!troubled) reportFault(error, format === 'json', terminal);
      troubled = true;
    }
  }
  return EXIT.ok;
}

/** What `next` has that `shown` had not. */
export function news(shown: string, next: string, format: Format): string {
  if (format === 'json' || format === 'yaml') {
    if (shown === next) return '';
    return format === 'yaml' ? `---\n${next}` : next;
  }
  const before = new Set(shown.split('\n'));
  const lines = next.split('\n').filter((line) => !before.has(line));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

async function intervalOf(args: Args): Promise<number> {
  const { parseDuration } = await import('../config/units.ts');
  const text = textOf(args, 'interval') ?? '2s';
  const ms = parseDuration(text);
  if (ms === undefined || ms < 100) {
    throw new MeshError('usage', { problem: `--interval takes a time from 100ms on, like 2s, not ${text}` });
  }
  return ms;
}

/** False once it was interrupted. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false);
}
