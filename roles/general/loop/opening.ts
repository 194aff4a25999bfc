import { cleanJson } from '../../policy/untrusted.ts';
import type { Message } from '../../ports/model.ts';
import type { Scene } from '../conversation.ts';
import { fenced } from '../fence.ts';
import { remember } from '../memory.ts';
import { customPrompts } from '../prompt.ts';
import { callable, isByStranger, type Stage } from './stage.ts';
import type { Talk } from './talk.ts';

/** The first question: when it is asked, and what is remembered of the subject. */
export async function openingOf(before: Talk, stage: Stage): Promise<Talk> {
  const { scene, parts } = stage;
  const { task, event } = scene;
  const began = parts.runtime.wall();
  const talk = { ...before, readsOnly: await isByStranger(stage) };
  if (task === undefined) return { ...talk, began };
  const { eventId, slot } = task;
  const remembered = await remember({ eventId, slot, subject: event.subject }, parts);
  if (remembered.length === 0) return { ...talk, began };
  // An answer of ours, but of a model, and about texts of others.
  const { value } = cleanJson(remembered.map(({ kind, summary, findings }) => ({ kind, summary, findings })));
  return { ...talk, began, memory: JSON.stringify(value, null, 1) };
}

/** What an operator told the agent since it was asked last. The operator is trusted, unlike everybody else who writes. */
export function steeringOf(talk: Talk, { orders }: Scene): Talk {
  const said = orders?.().said ?? [];
  const words = said.slice(talk.said).map(({ by, text }) => `The operator (${by}) says: ${text}`);
  if (words.length === 0) return talk;
  const messages: Message[] = [...talk.messages, { role: 'user', text: words.join('\n\n') }];
  return { ...talk, messages, said: said.length };
}

export async function promptsOf(talk: Talk, stage: Stage): Promise<readonly Message[]> {
  const { scene, manifest, options, parts } = stage;
  const { general, event } = scene;
  const { templates, customisations, redact } = parts;
  const { self } = options;
  const own = { self, templates, customisations, manifest, tools: callable(stage, talk), redact };
  const prompts = await customPrompts(general, event, own);
  const memory =
    talk.memory === ''
      ? []
      : [
          `What you said before about the same subject; do not say it again, say what is new:\n${fenced('MEMORY', talk.memory)}`,
        ];
  return [
    { role: 'system', text: prompts.system },
    { role: 'user', text: [prompts.user, ...memory].join('\n\n') },
  ];
}
