import type { Answer } from '../../protocols/result.ts';

/** What is kept of an answer at first, in items and UTF-16 code units. */
const KEPT = {
  findings: 30,
  recommendations: 20,
  summary: 8_000,
  detail: 4_000,
  line: 500,
  labels: 20,
  label: 50,
} as const;

/** Half of a record, so that all the rest of a result fits beside it. */
const MAX_BYTES = 128 * 1024;

/** A `done` record has to fit whatever a model says: texts are cut, more and more, until the answer does. */
export function fitAnswer(answer: Answer): Answer {
  for (let divisor = 1; ; divisor *= 2) {
    const fitted = cut(answer, divisor);
    if (Buffer.byteLength(JSON.stringify(fitted)) <= MAX_BYTES) return fitted;
  }
}

function cut(answer: Answer, divisor: number): Answer {
  const clip = (text: string, chars: number): string => {
    const most = Math.ceil(chars / divisor);
    return text.length <= most ? text : `${text.slice(0, most)}…`;
  };
  return {
    summary: clip(answer.summary, KEPT.summary),
    findings: answer.findings.slice(0, KEPT.findings).map(({ severity, title, detail, where, line }) => ({
      severity,
      title: clip(title, KEPT.line),
      detail: clip(detail, KEPT.detail),
      ...(where !== undefined && { where: clip(where, KEPT.line) }),
      ...(line !== undefined && { line }),
    })),
    recommendations: answer.recommendations.slice(0, KEPT.recommendations).map((text) => clip(text, KEPT.line)),
    confidence: answer.confidence,
    ...(answer.labels && { labels: answer.labels.slice(0, KEPT.labels).map((text) => clip(text, KEPT.label)) }),
  };
}
