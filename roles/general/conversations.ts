import type { ConversationOptions, ConversationParts } from './conversation-parts.ts';
import { developerConduct } from './developer/conduct.ts';
import { toolLoop } from './loop/tool-loop.ts';
import { ownerConduct } from './product-owner/conduct.ts';
import { type Conduct, conducting } from './session-runner.ts';

export type MakeConduct = (options: ConversationOptions, parts: ConversationParts) => Conduct;

/** Generals that work in a way of their own, by name; every other one thinks, calls tools, answers and publishes. */
const OWN: Readonly<Record<string, MakeConduct>> = {
  'product-owner-general': ownerConduct,
  'developer-general': developerConduct,
};

/** How each general comes from an event to an answer. */
export function conductsOf(options: ConversationOptions, parts: ConversationParts): (general: string) => Conduct {
  const usual = conducting(toolLoop(options, parts));
  const own = new Map(Object.entries(OWN).map(([name, make]) => [name, make(options, parts)]));
  return (general) => own.get(general) ?? usual;
}
