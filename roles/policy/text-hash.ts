import { digestOf } from '../../protocols/ids.ts';

/** Shortest beginning of a hash by which a person may name it. */
export const SHORT_HASH = 7;

/** 64 hex digits of sha256 over title and body: what an approval holds for. GitHub's pages send other line ends than its API. */
export function issueTextHash({ title, body }: { readonly title: string; readonly body: string }): string {
  return digestOf([plain(title), plain(body)]);
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

export function isHashPrefix(text: string): boolean {
  return text.length >= SHORT_HASH && text.length <= 64 && /^[0-9a-f]+$/.test(text);
}
