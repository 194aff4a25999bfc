import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analysisByRules } from '../../../../../roles/general/product-owner/rules.ts';

const BUG = 'Steps:\n1. upgrade to version 2.1\n2. open the list\nI expected pages, but there are none.';

interface Case {
  readonly id: string;
  readonly title?: string;
  readonly body: string;
  readonly labels?: readonly string[];
  readonly comments?: readonly string[];
  /** Beginnings of the questions. */
  readonly asks: readonly string[];
}

const CASES: readonly Case[] = [
  { id: 'a bug that says it all', labels: ['bug'], body: BUG, asks: [] },
  {
    id: 'a bug that says nothing',
    title: 'It crashes',
    body: '',
    asks: ['What should', 'What are the steps', 'What did you expect', 'What happened', 'Which version'],
  },
  {
    id: 'a bug without its version',
    labels: ['bug'],
    body: BUG.replace('to version 2.1', ''),
    asks: ['Which version'],
  },
  {
    id: 'a bug without its steps',
    labels: ['Bug'],
    body: 'With 2.1 I expected pages, but the list is empty.',
    asks: ['What are the steps'],
  },
  {
    id: 'what a comment answered',
    labels: ['bug'],
    body: BUG.replace('to version 2.1', ''),
    comments: ['It is v3.0'],
    asks: [],
  },
  {
    id: 'a wish with a reason and criteria',
    title: 'Export',
    body: 'As an editor I need exports, so that I can print.\n\n- [ ] a button',
    asks: [],
  },
  {
    id: 'a wish without criteria',
    title: 'Export',
    body: 'As an editor I would like exports, to print them at home.',
    asks: ['How will you see'],
  },
  {
    id: 'a wish of three words',
    title: 'Export',
    body: 'Please add exports',
    asks: ['What should', 'Who needs', 'How will you see'],
  },
];
for (const { id, title = 'The list', body, labels = [], comments = [], asks } of CASES) {
  test(`product owner / rules / ${id}`, () => {
    const said = comments.map((text) => ({ author: 'ada', body: text }));
    const reading = {
      number: 9,
      title,
      body,
      author: 'ada',
      labels,
      isOpen: true,
      textHash: '',
      comments: said,
      heard: '',
      said: { questions: [], hashes: [] },
    };
    const { needs_clarification, questions, refined_description } = analysisByRules(reading);
    assert.deepEqual(
      questions.map((question, i) => question.startsWith(asks[i] ?? '\n')),
      asks.map(() => true),
      questions.join(' | '),
    );
    assert.equal(needs_clarification, asks.length > 0);
    assert.ok(refined_description.includes(title) && refined_description.includes(body.trim()));
  });
}
