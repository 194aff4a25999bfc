/** Reads source code as a compiler's parser would, without running anything of it. */
export interface Syntax {
  /** Places that are not of the language; undefined when it is not known by the file's name. Never throws for what the text is. */
  problems(path: string, text: string): Promise<readonly SyntaxProblem[] | undefined>;
}

export interface SyntaxProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** For people: what is missing, or what stands there instead. */
  readonly what: string;
}
