// npm run bench -- CASE [options]; without any it says what there is
import { withUsage } from '../scripts/with-usage.ts';
import { CASES, type CaseName, isCase } from './cases.ts';
import { thisMachine } from './machine.ts';
import { type BenchOptions, OPTIONS_HELP, parseOptions } from './options.ts';
import { keepReport } from './report/keep-report.ts';

const USAGE = `usage: npm run bench -- CASE [options]

${Object.entries({ ...CASES, all: { about: 'all of them, one after the other' } })
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

${OPTIONS_HELP}`;

process.exitCode = await withUsage(USAGE, () => main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  const { names, options } = parseOptions(args);
  const [name = '', ...more] = names;
  if (more.length > 0 || (name !== 'all' && !isCase(name))) {
    console.error(USAGE);
    return 2;
  }
  const wanted = isCase(name) ? [name] : Object.keys(CASES).filter(isCase);
  for (const each of wanted) await measure(each, options);
  return 0;
}

async function measure(name: CaseName, options: BenchOptions): Promise<void> {
  const machine = thisMachine();
  const report = { ...(await CASES[name].run(options)), machine };
  console.log(options.json ? JSON.stringify(report) : JSON.stringify(report, null, 2));
  if (options.write) await keepReport(name, report);
}
