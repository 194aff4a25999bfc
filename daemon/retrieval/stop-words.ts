/** Words of a question that say nothing about where; they stand in long files more often than in others. */
const STOP_WORDS = new Set(
  (
    'a an and are as at be by do does for from has have if in into is it its no not of on only or should so than that the their them then they this ' +
    'to use used using was were when will with add added adding adds allow allows also feat feature fix fixed fixes fixing make makes more now'
  ).split(' '),
);

/** `fix(queue)!: …` → the scope stays: it names a place. https://www.conventionalcommits.org */
const CONVENTIONAL = /^[a-z]+(?:\(([^)]*)\))?!?:/i;
const REFERENCE = /(?:\b(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?)\s+)?\(?#\d+\)?/gi;

/** What of a question is worth looking for. A question of nothing else is left as it is. */
export function withoutStopWords(question: string): string {
  const bare = question.replace(CONVENTIONAL, (_, scope: string | undefined) => scope ?? '').replace(REFERENCE, ' ');
  const words = bare.split(/\s+/).filter((word) => word !== '' && !STOP_WORDS.has(word.toLowerCase()));
  return words.length > 0 ? words.join(' ') : question;
}
