import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONVERSATION_STATES, type ConversationState } from '../../../../../protocols/agent-records.ts';
import { fitAnalysis } from '../../../../../roles/general/product-owner/form.ts';
import {
  type Known,
  type Plan,
  planFor,
  type Seen,
  verdictOf,
} from '../../../../../roles/general/product-owner/machine.ts';

const SEEN: Seen = { isOpen: true, textHash: 'a', heard: '7', labels: [], isBegun: false };

function known(status: ConversationState, more: Partial<Known> = {}): Known {
  return { status, textHash: 'a', heard: '7', asked: [], ...more };
}

interface Case {
  readonly id: string;
  readonly known?: Known;
  readonly seen?: Partial<Seen>;
  readonly plan: Plan['do'] | ConversationState;
}

const READY = ['Ready-For-Dev'];
const CASES: readonly Case[] = [
  { id: 'a new issue', plan: 'analyse' },
  { id: 'a new issue that is closed', seen: { isOpen: false }, plan: 'nothing' },
  { id: 'cut off while it was analysed', known: known('analyzing'), plan: 'analyse' },
  { id: 'asked, and nobody answered', known: known('needs_clarification'), plan: 'nothing' },
  { id: 'asked, and somebody answered', known: known('needs_clarification'), seen: { heard: '8' }, plan: 'analyse' },
  {
    id: 'asked, and the text was edited',
    known: known('needs_clarification'),
    seen: { textHash: 'b' },
    plan: 'analyse',
  },
  {
    id: 'asked, and nobody can tell what was said',
    known: known('needs_clarification'),
    seen: { heard: undefined },
    plan: 'nothing',
  },
  {
    id: 'asked, and a person says it is ready',
    known: known('needs_clarification'),
    seen: { labels: READY },
    plan: 'ready_for_dev',
  },
  {
    id: 'ready, and its own label comes back',
    known: known('ready_for_dev'),
    seen: { labels: READY },
    plan: 'nothing',
  },
  { id: 'ready, and somebody adds something', known: known('ready_for_dev'), seen: { heard: '9' }, plan: 'analyse' },
  { id: 'ready, and the text was edited', known: known('ready_for_dev'), seen: { textHash: 'b' }, plan: 'analyse' },
  {
    id: 'ready, and development begins',
    known: known('ready_for_dev'),
    seen: { isBegun: true },
    plan: 'in_development',
  },
  { id: 'development begins before anything was said', seen: { isBegun: true }, plan: 'in_development' },
  {
    id: 'in development, and somebody talks',
    known: known('in_development'),
    seen: { isBegun: true, heard: '9' },
    plan: 'nothing',
  },
  {
    id: 'in development, and the text becomes another',
    known: known('in_development'),
    seen: { textHash: 'b' },
    plan: 'analyse',
  },
  {
    id: 'in development of another text than before',
    known: known('in_development', { textHash: 'b' }),
    seen: { isBegun: true },
    plan: 'in_development',
  },
  { id: 'completed, and it comes again', known: known('completed'), seen: { isOpen: false }, plan: 'nothing' },
  { id: 'completed, and opened again', known: known('completed'), plan: 'analyse' },
];
for (const { id, known: before, seen, plan } of CASES) {
  test(`product owner / machine / ${id}: ${plan}`, () => {
    const planned = planFor(before, { ...SEEN, ...seen });
    assert.equal(planned.do === 'become' ? planned.status : planned.do, plan);
  });
}

for (const status of CONVERSATION_STATES) {
  test(`product owner / machine / closed while ${status}: completed, once`, () => {
    const planned = planFor(known(status), { ...SEEN, isOpen: false });
    const expected = status === 'completed' ? 'nothing' : 'become';
    assert.equal(planned.do, expected);
    if (planned.do === 'become') assert.equal(planned.status, 'completed');
  });
}

const there = (...labels: string[]) => ({ labels, said: { questions: [], hashes: [] } });

test('product owner / machine / what is unclear is labelled so, and the other label goes', () => {
  const analysis = {
    needs_clarification: true,
    questions: ['Who needs it?', 'Which version?'],
    refined_description: '',
  };
  const verdict = verdictOf(
    known('ready_for_dev', { asked: ['which VERSION'] }),
    analysis,
    there('ready-for-dev', 'bug'),
  );
  assert.deepEqual(verdict, {
    status: 'needs_clarification',
    ask: ['Who needs it?'],
    asked: ['which VERSION', 'Who needs it?'],
    labels: { add: ['needs-clarification'], remove: ['ready-for-dev'] },
  });
});

test('product owner / machine / what is clear is ready, and labels that are right are left', () => {
  const analysis = { needs_clarification: false, questions: [], refined_description: 'x' };
  assert.deepEqual(verdictOf(undefined, analysis, there()).labels, { add: ['ready-for-dev'], remove: [] });
  assert.deepEqual(verdictOf(undefined, analysis, there('Ready-for-dev')).labels, { add: [], remove: [] });
  assert.equal(verdictOf(undefined, analysis, there()).status, 'ready_for_dev');
});

test('product owner / form / a model that finds something unclear and asks nothing has no question; what is too much is cut', () => {
  const said = { needs_clarification: true, questions: ['  ', ''], refined_description: ' x ' };
  assert.deepEqual(fitAnalysis(said), { needs_clarification: false, questions: [], refined_description: 'x' });
  const many = Array.from({ length: 20 }, (_, i) => `${i} ${'y'.repeat(1_000)}`);
  const { questions } = fitAnalysis({ ...said, questions: [...many, ...many] });
  assert.equal(questions.length, 5);
  assert.ok(questions.every(({ length }) => length <= 400));
  const clear = { needs_clarification: false, questions: ['Why?'], refined_description: '' };
  assert.deepEqual(fitAnalysis(clear).questions, []);
});
