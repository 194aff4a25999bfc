/** Where brackets and runs of backticks of a paragraph close, found in one pass. */
export interface Marks {
  /** Place of the `]` that closes the `[` at a place. */
  closeOf(open: number): number | undefined;
  /** Place after the code span that begins with the run of backticks at `from`, of that length; undefined where it is none. */
  afterCode(from: number, length: number): number | undefined;
}

export function marksOf(text: string, from: number, to: number): Marks {
  const closes = new Map<number, number>();
  const runs = new Map<number, number[]>();
  /** How many runs of a length lie behind. */
  const passed = new Map<number, number>();
  const open: number[] = [];
  for (let at = from; at < to; at++) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '[') open.push(at);
    else if (character === ']') {
      const begun = open.pop();
      if (begun !== undefined) closes.set(begun, at);
    }
  }
  // Within code a backslash is only that: every run may close.
  for (const { index, 0: run } of text.slice(from, to).matchAll(/`+/g)) {
    const places = runs.get(run.length);
    if (places === undefined) runs.set(run.length, [from + index]);
    else places.push(from + index);
  }
  return {
    closeOf: (begun) => closes.get(begun),
    afterCode: (begun, length) => {
      const places = runs.get(length) ?? [];
      let next = passed.get(length) ?? 0;
      // Asked for from left to right: what lies behind is never asked for again.
      while ((places[next] ?? Number.POSITIVE_INFINITY) <= begun) next += 1;
      passed.set(length, next);
      const place = places[next];
      return place === undefined ? undefined : place + length;
    },
  };
}
