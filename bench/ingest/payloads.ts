import { createRequire } from 'node:module';
import { ruleOfEvent } from '../../roles/aggregator/github-events.ts';

/** A real payload: the name of its event and its JSON. */
export interface Payload {
  readonly event: string;
  readonly json: string;
}

const COUNT = 34;
const MIN_BYTES = 6_000;
const MAX_BYTES = 24_000;

/**
 * The 34 payloads that are sent in turn: those of @octokit/webhooks-examples that are ours, their sizes spread evenly over
 * 6–24 kB (14 kB in the middle), and of those near one size the event that was chosen least.
 */
export function choosePayloads(): Payload[] {
  const rest = new Set(examples());
  const uses = new Map<string, number>();
  return Array.from({ length: COUNT }, (_, i) => {
    const wanted = MIN_BYTES + ((MAX_BYTES - MIN_BYTES) * (i + 0.5)) / COUNT;
    const cost = ({ event, json }: Payload) => Math.abs(json.length - wanted) + EVENT_COST * (uses.get(event) ?? 0);
    const best = [...rest].reduce((a, b) => (cost(b) < cost(a) ? b : a));
    rest.delete(best);
    uses.set(best.event, (uses.get(best.event) ?? 0) + 1);
    return best;
  });
}

/** How far from the wanted size a payload may be, in bytes, to spare an event that was chosen once before. */
const EVENT_COST = 400;

interface Definition {
  readonly name: string;
  readonly examples: readonly object[];
}

function examples(): Payload[] {
  const definitions: readonly Definition[] = createRequire(import.meta.url)('@octokit/webhooks-examples');
  return definitions
    .filter(({ name }) => name !== 'ping' && ruleOfEvent(name).otherwise !== 'not-ours')
    .flatMap(({ name, examples }) => examples.map((example) => ({ event: name, json: JSON.stringify(example) })))
    .filter(({ json }) => json.length >= MIN_BYTES && json.length <= MAX_BYTES);
}
