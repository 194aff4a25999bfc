import * as z from 'zod';
import type { Form } from '../../ports/model.ts';

/** What the model answers about an issue: the form of the source document (docs/parity.md 245). */
export const IssueAnalysisSchema = z.object({
  needs_clarification: z.boolean(),
  /** Each answerable in one sentence, the most decisive first. */
  questions: z.array(z.string()),
  /** The whole wish as a developer can begin with it. */
  refined_description: z.string(),
});
export type IssueAnalysis = z.infer<typeof IssueAnalysisSchema>;

export const ISSUE_FORM: Form<IssueAnalysis> = { name: 'issue_analysis', schema: IssueAnalysisSchema };

/** Few and decisive: nobody answers a questionnaire. */
const MOST_QUESTIONS = 5;
const QUESTION_CHARS = 400;
const DESCRIPTION_CHARS = 12_000;

/** What a model wrote, within what a comment and a record hold. One that finds something unclear and asks nothing has no question. */
export function fitAnalysis({ needs_clarification, questions, refined_description }: IssueAnalysis): IssueAnalysis {
  const asked = questions.map((question) => question.trim().replaceAll(/\s+/g, ' ')).filter((text) => text !== '');
  const fitting = [...new Set(asked)].slice(0, MOST_QUESTIONS).map((text) => text.slice(0, QUESTION_CHARS));
  return {
    needs_clarification: needs_clarification && fitting.length > 0,
    questions: needs_clarification ? fitting : [],
    refined_description: refined_description.trim().slice(0, DESCRIPTION_CHARS),
  };
}
