/**
 * The command line of a tool of this repository: `--help` tells how it is called and ends with 0, an argument that it does not know
 * tells the same beside what is wrong, and ends with 2.
 */
export async function withUsage(usage: string, main: () => Promise<number>): Promise<number> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(`${usage.trimEnd()}\n`);
    return 0;
  }
  try {
    return await main();
  } catch (error) {
    if (!isAboutArguments(error)) throw error;
    process.stderr.write(`${error.message}\n\n${usage.trimEnd()}\n`);
    return 2;
  }
}

/** What `parseArgs` of node:util throws. */
function isAboutArguments(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
