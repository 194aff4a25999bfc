/** Body of a `check-run` effect; the check has ended. */
export interface CheckRunBody {
  /** One of a name for each commit. */
  readonly name: string;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
}
