import { LLMock } from '@copilotkit/aimock';
import { changeFor, REVIEWS } from './issue-story.ts';

/** Who has nothing to say: then nothing is seen. */
const SILENT = { summary: 'Read.', findings: [], recommendations: [], confidence: 0.9 };

export const QUESTION = 'Which items get the discount?';

/**
 * A model server with the answers of every general in the story of one issue. It answers by what it is asked, not by how often, so that
 * whoever asks again after a crash hears the same.
 * @param names of the functions that a developer is to build
 */
export async function scriptedGenerals(names: readonly string[] = []): Promise<LLMock> {
  const model = new LLMock({ port: 0 });
  for (const name of names) scriptDeveloper(model, name);
  const owner = 'You are a product owner analysing an issue';
  const clear = { needs_clarification: false, questions: [], refined_description: 'Totals get a discount of a tenth.' };
  const unclear = { needs_clarification: true, questions: [QUESTION], refined_description: '' };
  model.on({ systemMessage: owner, userMessage: /What you asked so far/ }, { content: JSON.stringify(clear) });
  model.on({ systemMessage: owner }, { content: JSON.stringify(unclear) });
  for (const [i, title] of REVIEWS.entries()) {
    const general = i === 0 ? 'code-review-general' : 'security-general';
    const finding = { severity: 'low', title, detail: 'Worth a look before it is merged.' };
    const answer = { ...SILENT, summary: 'A small change.', findings: [finding] };
    // Of what is said of a review, and so on, there is nothing new to say.
    model.on(
      { systemMessage: `You are ${general}`, userMessage: /^Event of kind pr_created/ },
      { content: JSON.stringify(answer) },
    );
  }
  model.on({ userMessage: /./ }, { content: JSON.stringify(SILENT) });
  await model.start();
  return model;
}

/** Its first patch fails its own test; it mends it once it is told so. */
function scriptDeveloper(model: LLMock, name: string): void {
  const [[path = '', code = ''] = [], [test = '', testCode = ''] = []] = Object.entries(changeFor(name));
  const plan = {
    ...{ summary: `A ${name}.`, kind: 'feature', wants: ['src/total.js'], confidence: 0.9 },
    files: [{ path, action: 'create', what: `The ${name}.` }],
    tests: [{ path: test, what: 'Its test.' }],
  };
  const change = { remove: [], commitMessage: `feat: ${name} for totals`, notes: '', confidence: 0.9 };
  const wrong = { path, code: code.replace('0.9', '0.8'), edits: [] };
  const mended = { path, code: null, edits: [{ search: '0.8', replace: '0.9' }] };
  const answers = {
    'Plan the change:': plan,
    'Write the change and its tests': {
      ...change,
      files: [wrong],
      tests: [{ path: test, code: testCode, edits: [] }],
    },
    'Mend it:': { ...change, files: [mended], tests: [] },
  };
  for (const [task, answer] of Object.entries(answers)) {
    const userMessage = new RegExp(`A ${name} for totals[^]*${task}`);
    model.on(
      { systemMessage: 'You write code and its tests for an issue', userMessage },
      { content: JSON.stringify(answer) },
    );
  }
}
