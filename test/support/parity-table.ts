/** One line of the source documents, as docs/parity.md answers it. */
export interface ParityRow {
  readonly line: string;
  readonly name: string;
  readonly state: string;
  /** Paths of the repository; the words between them are for people. */
  readonly where: readonly string[];
  readonly proof: readonly string[];
  readonly proofText: string;
}

const STATES = ['built', 'decision', 'not yet'];
const LINES = 310;
const GAPS = 20;
const SHORTEST_DECISION = 20;

/** Every number that the document answers, in its order: 001–310, then F01–F20. */
export const PARITY_LINES = [
  ...Array.from({ length: LINES }, (_, index) => String(index + 1).padStart(3, '0')),
  ...Array.from({ length: GAPS }, (_, index) => `F${String(index + 1).padStart(2, '0')}`),
];

/** The rows whose first cell is a number of the source documents. A `|` inside a cell is written `\|`. */
export function readParityRows(markdown: string): ParityRow[] {
  return markdown
    .split('\n')
    .filter((line) => /^\|\s*(F?\d+)\s*\|/.test(line))
    .map(readRow);
}

function readRow(text: string): ParityRow {
  const cells = text.split(/(?<!\\)\|/).map((cell) => cell.trim());
  if (cells.length !== 7) throw new Error(`not five cells: ${text}`);
  const [, line = '', name = '', state = '', where = '', proof = ''] = cells;
  return { line, name, state, where: pathsIn(where), proof: pathsIn(proof), proofText: proof };
}

/** What stands between backticks and looks like a path; routes, variables and names do not. */
function pathsIn(cell: string): string[] {
  const quoted = [...cell.matchAll(/`([^`]+)`/g)].map(([, inner = '']) => inner);
  return quoted.filter(
    (inner) => /^[\w.][\w.-]*(\/[\w.-]+)*\/?$/.test(inner) && /\/|\.(ts|js|json|md|yaml)$/.test(inner),
  );
}

/** What is wrong with one row, each as a sentence; `exists` answers for a path of the repository. */
export function findRowFaults(row: ParityRow, exists: (path: string) => boolean): string[] {
  const gone = [...row.where, ...row.proof]
    .filter((path) => !exists(path))
    .map((path) => `names ${path}, which is not there`);
  if (row.name === '') gone.push('has no name');
  if (!STATES.includes(row.state)) gone.push(`is ${row.state || 'nothing'}: none of ${STATES.join(', ')}`);
  if (row.state === 'built') return [...gone, ...faultsOfBuilt(row)];
  if (row.state === 'decision') return [...gone, ...faultsOfDecision(row)];
  return gone;
}

function faultsOfBuilt({ where, proof }: ParityRow): string[] {
  return [
    ...(where.length === 0 ? ['is built and names no path'] : []),
    ...(proof.some((path) => /^test\/.+\.test\.ts$/.test(path)) ? [] : ['is built and names no test']),
  ];
}

function faultsOfDecision({ proof, proofText }: ParityRow): string[] {
  const isWritten = proof.some((path) => /^docs\/decisions\/\d{4}-.+\.md$/.test(path));
  return isWritten || proofText.length >= SHORTEST_DECISION ? [] : ['is a decision and does not say which'];
}
