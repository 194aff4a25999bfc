import type { MeshEvent } from '../../../protocols/event.ts';
import { tellRemoved } from '../../policy/removed.ts';
import { cleanJson } from '../../policy/untrusted.ts';
import { type Signal, signal } from './signal.ts';

/** Editors leave one or two of them behind; more carry something. */
const STRAY_CHARACTERS = 4;

/**
 * Texts in which something stands that their readers do not see. Comments are no sign: every form for issues has some, and what they
 * say is looked at like any other text.
 */
export function hiddenSignals({ data }: MeshEvent): Signal[] {
  const { tag = 0, element = 0, invisible = 0, bidi = 0 } = cleanJson(data).removed;
  const isMeant = tag > 0 || element > 0;
  if (!isMeant && bidi === 0 && invisible < STRAY_CHARACTERS) return [];
  const title = 'A text hides something from its readers';
  return [
    signal(
      'hidden-text',
      isMeant ? 'medium' : 'low',
      title,
      `Taken out: ${tellRemoved({ tag, element, invisible, bidi })}.`,
      'texts',
    ),
  ];
}
