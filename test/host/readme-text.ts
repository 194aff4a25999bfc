/** What README.md shows in blocks: indented by four spaces, or fenced. */
export interface ReadmeBlocks {
  /** Lines that begin like a command, as they are typed: without the remark behind them. */
  readonly commands: readonly string[];
  /** Fenced blocks without a language: what a terminal showed. */
  readonly transcripts: readonly string[];
  /** Fenced blocks of YAML. */
  readonly yaml: readonly string[];
}

const FENCED = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function blocksOf(markdown: string): ReadmeBlocks {
  const fenced = [...markdown.matchAll(FENCED)].map(([, language = '', text = '']) => ({ language, text }));
  const indented = markdown
    .replaceAll(FENCED, '')
    .split('\n')
    .filter((line) => line.startsWith('    '));
  return {
    commands: indented
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => /^(npm|git|node) /.test(line)),
    transcripts: fenced.filter(({ language }) => language === '').map(({ text }) => text),
    yaml: fenced.filter(({ language }) => language === 'yaml').map(({ text }) => text),
  };
}

/** Scripts of package.json that a text tells people to run, anywhere in it. */
export function npmScriptsIn(markdown: string): ReadonlySet<string> {
  const runs = [...markdown.matchAll(/\bnpm run (?:-s |--silent )?([\w:-]+)/g)].map(([, name = '']) => name);
  const short = [...markdown.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name);
  return new Set([...runs, ...short]);
}

/** A line without what differs from one run to the next: numbers, ids, times, temporary folders, and how wide columns are. */
export function shapeOf(line: string): string {
  return line
    .replace(/\/\S*mindmesh-dev-\w+/g, 'FOLDER')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
    .replace(/\d[\d.:,-]*( ?(ms|s|min|m|h)\b)?/g, '#')
    .replace(/# #/g, '#')
    .trim()
    .replace(/\s+/g, ' ');
}

/** Lines of a transcript that the output does not have in this order; a line `…` stands for any number of them. */
export function missingLines(transcript: string, output: string): string[] {
  const shapes = (text: string) =>
    text
      .split('\n')
      .map(shapeOf)
      .filter((shape) => shape !== '' && shape !== '…');
  const left = shapes(output);
  return shapes(transcript).filter((wanted) => {
    const at = left.indexOf(wanted);
    if (at >= 0) left.splice(0, at + 1);
    return at < 0;
  });
}
