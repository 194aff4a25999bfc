import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReport } from '../../../../../roles/general/deployment/check-report.ts';
import type { ForgeCheck } from '../../../../../roles/ports/forge.ts';

const SHA = 'abcdef0123456789abcdef0123456789abcdef01';
const check = (name: string, conclusion: string | undefined, more: Partial<ForgeCheck> = {}): ForgeCheck => ({
  ...{ name, status: conclusion === undefined ? 'in_progress' : 'completed' },
  ...(conclusion !== undefined && { conclusion }),
  ...more,
});

test('general / check report / the verdict and what is said of it', () => {
  const cases: { id: string; items: ForgeCheck[]; verdict: string; head: string }[] = [
    { id: 'no checks', items: [], verdict: 'none', head: '' },
    {
      id: 'all passed',
      items: [check('a', 'success'), check('b', 'skipped'), check('c', 'neutral')],
      verdict: 'passed',
      head: '3 passed',
    },
    {
      id: 'one runs',
      items: [check('a', 'success'), check('b', undefined)],
      verdict: 'running',
      head: '1 still running, 1 passed',
    },
    {
      id: 'one failed while another runs',
      items: [check('a', undefined), check('b', 'failure')],
      verdict: 'failed',
      head: '1 failed, 1 still running',
    },
    ...['cancelled', 'timed_out', 'action_required', 'stale', 'startup_failure', 'a word of tomorrow'].map(
      (conclusion) => ({
        ...{ id: conclusion, items: [check('a', conclusion)], verdict: 'failed', head: '1 failed' },
      }),
    ),
    {
      id: 'ended, nobody says how',
      items: [check('a', undefined, { status: 'completed' })],
      verdict: 'failed',
      head: '1 failed',
    },
  ];
  for (const { id, items, verdict, head } of cases) {
    const report = checkReport({ items, cut: false }, SHA);
    assert.equal(report.verdict, verdict, id);
    assert.equal(report.text.split('\n')[0], head === '' ? '' : `**Checks of \`abcdef0\`: ${head}.**`, id);
  }
});

test('general / check report / failures come first, each with its summary and its page', () => {
  const items = [
    check('z-lint', 'success'),
    check('unit', undefined),
    check('e2e', 'timed_out', { summary: 'gave up\nafter 10 min', url: 'https://ci.example/7' }),
    check('build', 'failure', { summary: 'x'.repeat(900) }),
  ];
  const lines = checkReport({ items, cut: false }, SHA).text.split('\n').slice(2);
  assert.deepEqual(lines, [
    `- \`build\` failure: ${'x'.repeat(300)}…`,
    '- `e2e` timed out: gave up after 10 min (<https://ci.example/7>)',
    '- `unit` in progress',
  ]);
});

test('general / check report / what others wrote is only text', () => {
  const hostile = check('a`b\n# Big', 'failure', {
    summary: '@alice <img src=x> ![x](https://evil.example/?q) [free](https://evil.example)',
    url: 'javascript:alert(1)',
  });
  const { text } = checkReport({ items: [hostile], cut: false }, SHA);
  assert.doesNotMatch(text, /@alice|<img|!\[|\]\(|javascript|\n# Big/);
});

test('general / check report / very many are cut, and it says so', () => {
  const items = Array.from({ length: 50 }, (_, i) => check(`c${i}`, 'failure'));
  const { text } = checkReport({ items, cut: true }, SHA);
  assert.match(text, /- and 20 more\n\nThere are more checks than were read\.$/);
});
