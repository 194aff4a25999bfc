import * as z from 'zod';
import type { Manifest } from '../../../protocols/manifest.ts';
import { type Answer, AnswerSchema } from '../../../protocols/result.ts';
import type { Form } from '../../ports/model.ts';

const PLAIN: Form<Answer> = { name: 'answer', schema: AnswerSchema.omit({ labels: true }) };
const WITH_LABELS = new WeakMap<Manifest, Form<Answer>>();

/** The form of a general's answer: one that sets labels chooses them from its list, every other one has none. */
export function answerForm(manifest: Manifest): Form<Answer> {
  if (manifest.output !== 'label' || manifest.labels.length === 0) return PLAIN;
  const known = WITH_LABELS.get(manifest);
  if (known !== undefined) return known;
  const labels = z.array(z.enum(manifest.labels)).max(5);
  const form = { name: 'answer', schema: AnswerSchema.extend({ labels }) };
  WITH_LABELS.set(manifest, form);
  return form;
}
