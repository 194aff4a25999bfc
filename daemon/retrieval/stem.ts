/** What words end in without meaning something else by it, the longest first, and what is put in its place. */
const ENDINGS = [
  ['ations', 'at'],
  ['ation', 'at'],
  ['izing', 'iz'],
  ['ising', 'is'],
  ['ings', ''],
  ['ing', ''],
  ['ments', ''],
  ['ment', ''],
  ['ies', 'y'],
  ['sses', 'ss'],
  ['ers', ''],
  ['ors', ''],
  ['er', ''],
  ['or', ''],
  ['ed', ''],
  ['es', ''],
  ['e', ''],
  ['s', ''],
] as const;
/** What is left must still tell words apart. */
const SHORTEST = 3;

/**
 * Light: one ending is taken off, so that `limits`, `limiter`, `limited` and `limiting` meet. It need not be right about English, only
 * the same for the code and for the question.
 * @param word in lower case
 */
export function stem(word: string): string {
  if (/\d|ss$|us$|is$/.test(word)) return word;
  const found = ENDINGS.find(([ending]) => word.endsWith(ending) && word.length - ending.length >= SHORTEST);
  if (found === undefined) return word;
  const [ending, instead] = found;
  return undouble(`${word.slice(0, word.length - ending.length)}${instead}`);
}

/** `stopp` of `stopped` is `stop`. */
function undouble(word: string): string {
  return /([bdgmnprt])\1$/.test(word) && word.length > SHORTEST ? word.slice(0, -1) : word;
}
