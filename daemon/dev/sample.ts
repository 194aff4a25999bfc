import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EventId, eventIdOf } from '../../protocols/ids.ts';
import type { ExplainView } from '../../protocols/operator.ts';
import type { DevMesh } from './mesh.ts';

const FILE = join(import.meta.dirname, '../../templates/samples/pull-request-opened.json');

/** Longest wait for the generals' answers before the addresses are shown anyway: a model may take its time. */
const ANSWER_MS = 8_000;
const POLL_MS = 50;

/** Sends a pull request as GitHub would: signed, with a delivery id of its own. */
export async function sendSample(mesh: DevMesh): Promise<EventId> {
  const body = await readFile(FILE);
  const delivery = randomUUID();
  const signature = createHmac('sha256', mesh.secret).update(body).digest('hex');
  const response = await fetch(`${mesh.url('aggregator')}/webhook/github`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'pull_request',
      'x-github-delivery': delivery,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
  if (response.status !== 202) throw new Error(`the sample was answered ${response.status}: ${await response.text()}`);
  return eventIdOf('github', delivery);
}

/** The event's story once every general has answered, or as far as it is when the wait is over. */
export async function followSample(mesh: DevMesh, eventId: EventId): Promise<ExplainView | undefined> {
  const deadline = Date.now() + ANSWER_MS;
  for (;;) {
    const story = await mesh
      .client('orchestrator')
      .explain(eventId)
      .catch(() => undefined);
    if (story?.settled !== undefined || Date.now() > deadline) return story;
    await delay(POLL_MS);
  }
}
