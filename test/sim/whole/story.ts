import type { Violation } from './checks.ts';
import { describeFault } from './do-faults.ts';
import type { Outcome } from './run.ts';
import type { Delivery } from './schedule.ts';

/** Lines about one event that are told: what came in its way is mostly in the first and the last of them. */
const MAX_LINES = 120;
const MAX_VIOLATIONS = 12;

/** A run for people: what was done to the mesh, what is wrong, and what the trace says of the first event that it is wrong with. */
export function storyOf({ schedule, violations, trace, counts, lasted }: Outcome): string {
  const { seed, nodes, deliveries, faults } = schedule;
  const broken = violations.find(({ eventId }) => eventId !== undefined)?.eventId;
  const about = trace.lines.filter(({ eventId, what }) => eventId === broken || what.startsWith('fault:'));
  return [
    `seed ${seed}: ${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `nodes: ${nodes.map(({ name }) => name).join(' ')}`,
    `${deliveries.length} deliveries, ${faults.length} faults, ${Math.round(lasted / 1_000)} s`,
    ...(deliveries.length <= 20 ? ['', 'deliveries', ...deliveries.map(lineOfDelivery)] : []),
    '',
    'faults',
    ...faults.map((fault) => `${time(fault.at)} ${describeFault(fault).replace('fault: ', '')}`),
    '',
    'violations',
    ...shortened(violations.map(lineOfViolation), MAX_VIOLATIONS),
    ...(broken === undefined ? [] : ['', `what happened to ${broken}`]),
    ...(broken === undefined
      ? []
      : shortened(
          about.map(({ at, where, what }) => `${time(at)} ${where.padEnd(7)} ${what}`),
          MAX_LINES,
        )),
    '',
  ].join('\n');
}

function lineOfDelivery({ at, id, kind, subject, to, repeats }: Delivery): string {
  const again = repeats === undefined ? '' : `, ${repeats.as} as event-${repeats.id}`;
  return `${time(at)} event-${id} ${kind} about ${subject} to ${to}${again}`;
}

function lineOfViolation({ count, what, eventId }: Violation): string {
  return `${count}: ${what}${eventId === undefined ? '' : ` (${eventId})`}`.replaceAll('\u0000', ' ');
}

function time(ms: number): string {
  return `${(ms / 1_000).toFixed(3).padStart(9)} s`;
}

/** The beginning and the end. */
function shortened(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const half = Math.floor(most / 2);
  return [...lines.slice(0, half), `… ${lines.length - 2 * half} more`, ...lines.slice(-half)];
}
