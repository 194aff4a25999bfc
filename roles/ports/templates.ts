/** Strict templates: a name that is missing from the context is an error, text is data and never a partial. */
export interface Templates {
  /** @throws MeshError `template-failed`. */
  render(name: string, context: Readonly<Record<string, unknown>>): string;
  /** Whether there is one of that name. Absent: those that ship are there, and no others. */
  has?(name: string): boolean;
}

/** What a prompt may know of the work without fences: nothing of it was written by strangers. */
export interface PromptFacts {
  readonly general: { readonly name: string; readonly title: string; readonly specialisations: string };
  readonly node: { readonly org: string; readonly cluster: string };
  /** `owner/name`; empty where there is none. */
  readonly repository: string;
  /** What happened, in our words, and on whose behalf. */
  readonly event: {
    readonly kind: string;
    readonly severity: string;
    readonly actortype: string;
    readonly authorassociation: string;
    readonly hops: number;
  };
}

/** The extension points of a general: a module of an org's own (docs/generals.md). */
export interface Customisation {
  /** What the agent should know of this place; follows its prompt. */
  getDomainContext?(facts: PromptFacts): string | Promise<string>;
  /** The whole prompt, made of the one it would have. */
  customizePrompt?(base: string, facts: PromptFacts): string | Promise<string>;
}
