import { LLMock } from '@copilotkit/aimock';

/** Who has nothing to say: then nothing is seen. */
const SILENT = { summary: 'Read.', findings: [], recommendations: [], confidence: 0.9 };

export const QUESTION = 'Which items get the discount?';

/**
 * A model server with the answers of every general in the story of one issue. It answers by what it is asked, not by how often, so that
 * whoever asks again after a crash hears the same.
 */
export async function scriptedGenerals(): Promise<LLMock> {
  const model = new LLMock({ port: 0 });
  const owner = 'You are a product owner analysing an issue';
  const clear = { needs_clarification: false, questions: [], refined_description: 'Totals get a discount of a tenth.' };
  const unclear = { needs_clarification: true, questions: [QUESTION], refined_description: '' };
  model.on({ systemMessage: owner, userMessage: /What you asked so far/ }, { content: JSON.stringify(clear) });
  model.on({ systemMessage: owner }, { content: JSON.stringify(unclear) });
  for (const [general, title] of [
    ['code-review-general', 'Round the result'],
    ['security-general', 'No limit on the input'],
  ] as const) {
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
