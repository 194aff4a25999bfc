import type { Server } from 'node:http';
import type { MessagePort } from 'node:worker_threads';
import { asMeshError, MeshError } from '../../protocols/errors.ts';
import type { Logger, Meter } from '../../roles/ports/runtime.ts';
import { Forwarder } from './forwarded.ts';
import { closeServer, listen } from './listen.ts';
import type { FromListener, ListenerSettings, ToListener } from './listener-messages.ts';
import { createNodeServer, HTTP_LIMITS } from './node-server.ts';
import { RemoteIngest } from './remote-ingest.ts';
import { Tally } from './tally.ts';
import type { WebhookFront } from './webhook-front.ts';

/** How often the main thread hears what was counted. */
const TELL_MS = 1_000;

export interface ListenerTools {
  readonly ingest: RemoteIngest;
  readonly meter: Meter;
  readonly log: Logger;
}

export interface ListenerParts {
  readonly port: MessagePort;
  readonly front: (tools: ListenerTools) => WebhookFront;
}

/** What a listener thread does: webhooks are read here, everything else is handed on to the routes. */
export function runListener(settings: ListenerSettings, { port, front: createFront }: ListenerParts): void {
  const send = (message: FromListener) => port.postMessage(message);
  const tally = new Tally();
  const ingest = new RemoteIngest({ send });
  const front = createFront({ ingest, meter: tally, log: threadLog(send) });
  const tell = () => {
    const measured = tally.take();
    if (measured) send({ type: 'measured', ...measured, bufferedBytes: front.bufferedBytes });
  };
  setInterval(tell, TELL_MS).unref();
  const forwarder = new Forwarder(settings.behind);
  const limits = { ...HTTP_LIMITS, connections: settings.connections };
  let stopping = false;
  const server = createNodeServer({
    limits,
    front: front.handle,
    // Whoever reads the metrics reads what was counted before.
    handle: (request, response) => {
      tell();
      forwarder.handle(request, response);
    },
    isStopping: () => stopping,
  });
  const stop = async () => {
    stopping = true;
    await closeServer(server, limits.graceMs);
    forwarder.stop();
    tell();
    send({ type: 'stopped' });
  };
  port.on('message', (message: ToListener) => {
    switch (message.type) {
      case 'listen':
        void open(server, message, settings.surface).then(send);
        break;
      case 'answers':
        ingest.answer(message.numbers, message.outcomes);
        break;
      case 'closed':
        ingest.closed = message.reason;
        break;
      case 'stop':
        void stop();
        break;
    }
  });
}

async function open(
  server: Server,
  { address, shared }: Extract<ToListener, { type: 'listen' }>,
  surface: string,
): Promise<FromListener> {
  try {
    const url = await listen(server, { ...address, shared }, surface);
    const bound = server.address();
    return { type: 'listening', url, port: typeof bound === 'object' && bound !== null ? bound.port : address.port };
  } catch (error) {
    const { code, facts } = asMeshError(error);
    return { type: 'failed', code, facts };
  }
}

/** Lines are written by the main thread. An error does not survive the way there: its words do. */
function threadLog(send: (message: FromListener) => void, fields: object = {}): Logger {
  const say = (level: 'debug' | 'info' | 'warn' | 'error') => (facts: object, phrase: string) =>
    send({ type: 'log', level, facts: { ...fields, ...plain(facts) }, phrase });
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: (more) => threadLog(send, { ...fields, ...more }),
  };
}

function plain(facts: object): object {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, value instanceof Error ? wordsOf(value) : value]),
  );
}

function wordsOf(error: Error): object {
  const { name, message, stack } = error;
  return { type: name, message, stack, ...(error instanceof MeshError && { code: error.code, fix: error.fix }) };
}
