import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS, EVENT_STATES } from '../../../../daemon/cli/commands.ts';
import { devOptionsOf } from '../../../../daemon/cli/dev.ts';
import { parse } from '../../../../daemon/cli/parser.ts';
import type { MeshError } from '../../../../protocols/errors.ts';
import { EVENT_STATES as STATES_OF_ROLE } from '../../../../roles/operator/event-line.ts';
import { assertGolden } from './golden.ts';

const parsed = (line: string) => parse(line.split(' ').filter(Boolean), COMMANDS, { version: '1.2.3', width: 100 });

const TAKEN: readonly {
  readonly line: string;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}[] = [
  { line: 'status', command: 'status', args: {} },
  { line: 'status -o json -w', command: 'status', args: { output: 'json', watch: true } },
  { line: 'events', command: 'events', args: {} },
  { line: 'events -n 5 --kind pr_created', command: 'events', args: { limit: '5', kind: 'pr_created' } },
  { line: 'events tail --repository acme/api', command: 'events tail', args: { repository: 'acme/api' } },
  { line: 'routes', command: 'routes', args: {} },
  { line: 'routes test 00123', command: 'routes test', args: { event: '00123' } },
  { line: 'routes test --label a --label b', command: 'routes test', args: { label: ['a', 'b'] } },
  { line: 'explain github:1', command: 'explain', args: { event: 'github:1' } },
  { line: 'emit - --event push', command: 'emit', args: { payload: '-', event: 'push' } },
  {
    line: 'run --role general --role aggregator --mesh-port 0',
    command: 'run',
    args: { role: ['general', 'aggregator'], 'mesh-port': '0' },
  },
  { line: 'dev --no-sample --json', command: 'dev', args: { 'no-sample': true, json: true } },
  { line: 'config explain mesh.port', command: 'config explain', args: { key: 'mesh.port' } },
];

for (const { line, command, args } of TAKEN) {
  test(`cli / parser / ${line} is understood`, async () => {
    const result = await parsed(line);
    assert.ok('command' in result);
    assert.equal(result.command.name, command);
    for (const [name, value] of Object.entries(args)) assert.deepEqual(result.args[name], value);
  });
}

const REFUSED: readonly (readonly [line: string, problem: RegExp])[] = [
  ['', /name a command/],
  ['events -n 5 tail', /options stand behind the command/],
  ['-o json status', /options stand behind the command/],
  ['stat', /there is no command stat; did you mean status\?/],
  ['eventz', /there is no command eventz; did you mean events\?/],
  ['frobnicate', /there is no command frobnicate/],
  ['events tial', /there is no command events tial; did you mean events tail\?/],
  ['config', /name one of config view, config validate, config explain, config docs/],
  ['config vew', /did you mean config view\?/],
  ['status --ouput json', /there is no option --ouput; did you mean --output\?/],
  ['status --role general', /does not take role/],
  ['status -o xml', /--output takes table, wide, json, yaml, name; not xml/],
  ['status -o', /--(o|output) wants a value/],
  ['events -n many', /--limit takes a number, not many/],
  ['events --kind pr', /--kind takes review_started, .*; not pr/],
  ['explain', /explain wants EVENT: id of the event/],
  ['explain a b', /explain does not take b/],
  ['completion tcsh', /SHELL takes bash, zsh, fish; not tcsh/],
  ['run --rolee general', /there is no option --rolee; did you mean --role\?/],
];

for (const [line, problem] of REFUSED) {
  test(`cli / parser / "${line}" is refused in one clear sentence`, async () => {
    await assert.rejects(parsed(line), (error: MeshError) => {
      assert.equal(error.code, 'usage');
      assert.match(error.message, problem);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
  });
}

test('cli / parser / the help of the program and of every command is as it was agreed', async () => {
  const lines = ['--help', 'config --help', ...COMMANDS.map(({ name }) => `${name} --help`)];
  const texts = [];
  for (const line of lines) {
    const result = await parsed(line);
    assert.ok('text' in result);
    for (const each of result.text.split('\n')) assert.ok(each.length <= 100, each);
    texts.push(`$ mindmesh ${line}\n${result.text}`);
  }
  assertGolden('help.txt', texts.join('\n'));
});

test('cli / parser / help is also a command, and needs no operands', async () => {
  assert.deepEqual(await parsed('help explain'), await parsed('explain -h'));
  assert.deepEqual(await parsed('help'), await parsed('--help'));
  assert.deepEqual(await parsed('--version'), { text: '1.2.3\n' });
});

test('cli / commands / every command of the README can be loaded, its options have one meaning each', async () => {
  for (const { name, options = [], load } of COMMANDS) {
    assert.equal(new Set(options.map((option) => option.name)).size, options.length, name);
    const shorts = options.flatMap(({ short }) => short ?? []);
    assert.equal(new Set(shorts).size, shorts.length, name);
    // `run` and `dev` bring the whole daemon with them; the end-to-end tests load those.
    if (name !== 'run' && name !== 'dev') assert.equal(typeof (await load()).run, 'function', name);
  }
});

test('cli / commands / the states that events can be listed by are those they have', () => {
  assert.deepEqual(EVENT_STATES, [...STATES_OF_ROLE]);
});

const DEV: readonly (readonly [line: string, differs: object])[] = [
  ['dev', {}],
  ['dev --headless --keep --json', { headless: true, keep: true, json: true }],
  ['dev --no-sample --ports auto --data-dir d', { sample: false, ports: 'auto', dataDir: 'd' }],
];
for (const [line, differs] of DEV) {
  test(`cli / dev / ${line} is what it says`, async () => {
    const result = await parsed(line);
    assert.ok('command' in result);
    const plain = { headless: false, sample: true, keep: false, ports: 'default', json: false };
    assert.deepEqual(devOptionsOf(result.args), { ...plain, ...differs });
  });
}
