/** What stood on the command line, by the names of the command's options and operands. */
export type Args = Readonly<Record<string, unknown>>;

export function textOf(args: Args, name: string): string | undefined {
  const value = args[name];
  // An option that is given twice: the last one counts, as for flags of the configuration.
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined || last === null ? undefined : String(last);
}

export function isOn(args: Args, name: string): boolean {
  return args[name] === true;
}

export function listOf(args: Args, name: string): string[] {
  const value = args[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
