import packageJson from '../../package.json' with { type: 'json' };
import { textOf } from './args.ts';
import { COMMANDS } from './commands.ts';
import { EXIT } from './exit-codes.ts';
import { reportFault } from './fault.ts';
import { parse } from './parser.ts';
import type { Terminal } from './terminal.ts';

/** Help is read best in lines no longer. */
const WIDTH = 100;

/** Runs one command line; resolves with the exit code. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  let json = wantsJson(argv);
  try {
    const width = Math.min(WIDTH, terminal.stdout.columns ?? WIDTH);
    const parsed = await parse(argv, COMMANDS, { version: packageJson.version, width });
    if ('text' in parsed) {
      terminal.stdout.write(parsed.text);
      return EXIT.ok;
    }
    json = textOf(parsed.args, 'output') === 'json';
    const { run } = await parsed.command.load();
    return await run(parsed.args, terminal, COMMANDS);
  } catch (error) {
    return reportFault(error, json, terminal);
  }
}

/** For arguments that could not be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  return /(^| )(-o|--output)[ =]?json( |$)/.test(argv.join(' '));
}
