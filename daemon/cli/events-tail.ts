import type { EventLine } from '../../protocols/operator.ts';
import type { Verb } from './command.ts';
import { queryOf } from './events.ts';
import { EXIT } from './exit-codes.ts';
import { formatOf, lookOf } from './format.ts';
import type { Format, Look } from './output/look.ts';
import { toYaml } from './output/render.ts';
import { clientOf } from './socket.ts';
import { tailLine } from './views/events.ts';

/** Events as they come, a line or document each; ends with 0 on ctrl-C. */
export const run: Verb = async (args, terminal) => {
  const format = formatOf(args);
  const query = queryOf(args);
  const client = await clientOf(args, terminal);
  for await (const event of client.tail(query, terminal.interrupted())) {
    terminal.stdout.write(await formatEvent(event, format, { ...lookOf(terminal), wide: format === 'wide' }));
  }
  return EXIT.ok;
};

export async function formatEvent(event: EventLine, format: Format, look: Look): Promise<string> {
  switch (format) {
    case 'table':
    case 'wide':
      return tailLine(event, look);
    case 'json':
      return `${JSON.stringify(event)}\n`;
    case 'yaml':
      return `---\n${await toYaml(event)}`;
    case 'name':
      return `${event.eventId}\n`;
  }
}
