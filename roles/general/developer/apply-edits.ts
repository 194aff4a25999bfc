import { MeshError } from '../../../protocols/errors.ts';
import type { FileEdit, Replacement } from './form.ts';

const SHOWN_CHARS = 120;

/**
 * The text of a file after an edit. Strict: a search that is not found, or found twice, changes nothing, and the error says so in
 * words that a model can mend it by.
 * @param current undefined where there is no such file
 * @throws MeshError `edit-refused`
 */
export function applyEdit(current: string | undefined, { path, code, edits }: FileEdit): string {
  const refuse = (problem: string) => new MeshError('edit-refused', { path, problem });
  if (code !== null && edits.length > 0) throw refuse('it gives the whole file and places of it as well');
  if (code !== null) return withFinalBreak(code);
  if (edits.length === 0) throw refuse('it gives neither the whole file nor any place of it');
  if (current === undefined) throw refuse('there is no such file: give the whole of it as code');
  return edits.reduce(
    (text, edit, index) => replaceOnce(text, edit, (problem) => refuse(`place ${index + 1}: ${problem}`)),
    current,
  );
}

function replaceOnce(text: string, { search, replace }: Replacement, refuse: (problem: string) => MeshError): string {
  // A file with the line ends of Windows keeps them; models write the others.
  const isWindows = text.includes('\r\n') && !search.includes('\r\n');
  const [wanted, instead] = isWindows ? [windows(search), windows(replace)] : [search, replace];
  const at = text.indexOf(wanted);
  if (at === -1) throw refuse(`these lines are not in the file: ${shown(search)}`);
  if (text.indexOf(wanted, at + 1) !== -1)
    throw refuse(`these lines are there more than once, quote more of them: ${shown(search)}`);
  if (wanted === instead) throw refuse(`it puts in what is there already: ${shown(search)}`);
  return text.slice(0, at) + instead + text.slice(at + wanted.length);
}

function windows(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

function shown(text: string): string {
  return JSON.stringify(text.length <= SHOWN_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}…`);
}

function withFinalBreak(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
