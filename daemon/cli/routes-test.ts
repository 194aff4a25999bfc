import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { RouteTestRequest } from '../../protocols/operator.ts';
import { type Args, textOf } from './args.ts';
import type { Verb } from './command.ts';
import { imaginedEvent } from './imagined-event.ts';
import type { Terminal } from './terminal.ts';
import { viewVerb } from './view-verb.ts';
import { routeTestRendering } from './views/route-test.ts';

const DESCRIBES = ['kind', 'repository', 'label', 'branch', 'trust', 'severity'];

/** Where an event that happened, one that is described by options, or a payload would go. Nothing is sent. */
export const run: Verb = (args, terminal, commands) =>
  viewVerb(async (client) => client.routeTest(await requestOf(args, terminal)), routeTestRendering)(
    args,
    terminal,
    commands,
  );

async function requestOf(args: Args, { cwd }: Pick<Terminal, 'cwd'>): Promise<RouteTestRequest> {
  const eventId = textOf(args, 'event');
  const payload = textOf(args, 'payload');
  const described = DESCRIBES.some((name) => textOf(args, name) !== undefined);
  if ([eventId !== undefined, payload !== undefined, described].filter(Boolean).length > 1) {
    throw usage('give the id of an event, a payload, or describe an event by options: one of them');
  }
  if (eventId !== undefined) return { eventId };
  if (described) return { event: imaginedEvent(args) };
  if (payload === undefined)
    throw usage('give the id of an event, or describe one: --kind pr_created --repository acme/api');
  const event = textOf(args, 'github-event');
  if (event === undefined)
    throw usage('name the event of the payload with --github-event, like --github-event pull_request');
  return { event, payload: await readObject(resolve(cwd, payload)) };
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw usage(`${file} is not a payload: ${messageOf(error)}`);
  }
}

function usage(problem: string): MeshError {
  return new MeshError('usage', { problem });
}
