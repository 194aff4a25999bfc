import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, commandsIn } from '../../../../roles/policy/commands.ts';

const HASH = '1f0c9a2b'.repeat(8);

const SAID: readonly { id: string; text: string; commands: readonly Command[] }[] = [
  { id: 'ok', text: '/mindmesh ok', commands: [{ name: 'ok' }] },
  { id: 'ok with a short hash', text: '/mindmesh ok 1F0C9A2', commands: [{ name: 'ok', hash: '1f0c9a2' }] },
  { id: 'ok with a whole hash', text: `/mindmesh ok ${HASH}`, commands: [{ name: 'ok', hash: HASH }] },
  { id: 'within a comment', text: 'Looks good.\r\n\r\n/mindmesh ok\r\nThanks!', commands: [{ name: 'ok' }] },
  { id: 'deny', text: '/mindmesh deny', commands: [{ name: 'deny' }] },
  {
    id: 'deny with a hash and a reason',
    text: '/mindmesh deny 1f0c9a2 not before  the release',
    commands: [{ name: 'deny', hash: '1f0c9a2', reason: 'not before the release' }],
  },
  {
    id: 'deny with a reason alone',
    text: '/mindmesh deny not now',
    commands: [{ name: 'deny', reason: 'not now' }],
  },
  {
    id: 'pause, then resume',
    text: '/mindmesh pause\n/mindmesh resume',
    commands: [{ name: 'pause' }, { name: 'resume' }],
  },
  { id: 'cancel, tabs around', text: '/mindmesh\tcancel\t', commands: [{ name: 'cancel' }] },
  {
    id: 'steer says all that follows',
    text: '/mindmesh steer keep `the API` as it is <b>',
    commands: [{ name: 'steer', text: 'keep `the API` as it is <b>' }],
  },
  { id: 'after code that has ended', text: '```\ncode\n```\n/mindmesh ok', commands: [{ name: 'ok' }] },
  { id: 'after code within a line', text: 'as `this` says\n/mindmesh ok', commands: [{ name: 'ok' }] },
  { id: 'after a hidden comment in one line', text: '<!-- note -->\n/mindmesh ok', commands: [{ name: 'ok' }] },
  { id: 'at most five', text: '/mindmesh ok\n'.repeat(9), commands: Array.from({ length: 5 }, () => ({ name: 'ok' })) },
];
for (const { id, text, commands } of SAID) {
  test(`policy / commands / ${id}`, () => assert.deepEqual(commandsIn(text), commands));
}

const NOTHING: readonly { id: string; text: string }[] = [
  { id: 'a quote', text: '> /mindmesh ok' },
  { id: 'a quote in a quote, indented', text: '  >> /mindmesh ok' },
  { id: 'a fence', text: '```\n/mindmesh ok\n```' },
  { id: 'a fence with a language', text: '~~~sh\n/mindmesh ok\n~~~' },
  { id: 'a fence that never ends', text: '```\n/mindmesh ok' },
  { id: 'a fence that a shorter one does not end', text: '````\n```\n/mindmesh ok\n````' },
  { id: 'a fence that another kind does not end', text: '```\n~~~\n/mindmesh ok' },
  { id: 'a fence whose end has more on its line', text: '```\n``` sh\n/mindmesh ok' },
  { id: 'indented code', text: '    /mindmesh ok' },
  { id: 'a tab before it', text: '\t/mindmesh ok' },
  { id: 'a list', text: '- /mindmesh ok' },
  { id: 'code within a line', text: 'write `/mindmesh ok`' },
  { id: 'code over several lines', text: 'write `this\n/mindmesh ok\nand` that' },
  { id: 'a hidden comment', text: 'Nice.\n<!--\n/mindmesh ok\n-->' },
  { id: 'a hidden comment that never ends', text: '<!-- x\n/mindmesh ok' },
  { id: 'one that begins behind another', text: '<!-- a --> <!--\n/mindmesh ok\n-->' },
  { id: 'a hidden comment within a line', text: '<!-- /mindmesh ok -->' },
  { id: 'preformatted text', text: '<pre>\n/mindmesh ok\n</pre>' },
  { id: 'a script', text: '<SCRIPT type="x">\n/mindmesh ok\n</SCRIPT>' },
  { id: 'in the middle of a line', text: 'say /mindmesh ok' },
  { id: 'other letters that look the same', text: '/mindmеsh ok' },
  { id: 'a letter of no width in it', text: '/mind\u200bmesh ok' },
  { id: 'another case', text: '/Mindmesh OK' },
  { id: 'words behind ok', text: '/mindmesh ok with me' },
  { id: 'a hash that is too short', text: '/mindmesh ok 1f0c9a' },
  { id: 'a hash that is none', text: '/mindmesh ok mainline' },
  { id: 'a hash that is too long', text: `/mindmesh ok ${HASH}0` },
  { id: 'a name in place of a hash', text: '/mindmesh ok #7' },
  { id: 'words behind pause', text: '/mindmesh pause for a week' },
  { id: 'nothing to say', text: '/mindmesh steer  ' },
  { id: 'an unknown word', text: '/mindmesh merge' },
  { id: 'no word', text: '/mindmesh' },
  { id: 'one word', text: '/mindmeshok' },
  { id: 'nothing', text: '' },
];
for (const { id, text } of NOTHING) {
  test(`policy / commands / no command: ${id}`, () => assert.deepEqual(commandsIn(text), []));
}

test('policy / commands / a long text costs as much as it is long', () => {
  for (const piece of ['/mindmesh ok ', '`', '<!--', '```\n', '> ', '\t']) {
    assert.ok(commandsIn(piece.repeat(65_536 / piece.length)).length <= 5);
  }
});
