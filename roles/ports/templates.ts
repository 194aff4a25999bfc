/** Strict templates: a name that is missing from the context is an error, text is data and never a partial. */
export interface Templates {
  /** @throws MeshError `template-failed`. */
  render(name: string, context: Readonly<Record<string, unknown>>): string;
}
