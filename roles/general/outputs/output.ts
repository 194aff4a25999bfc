import { SEVERITIES, type Severity } from '../../../protocols/event.ts';
import type { Analysis } from '../engine.ts';
import type { Stage } from '../loop/stage.ts';
import type { Signature } from '../result-comment.ts';
import type { Intent } from '../tools/tool.ts';

/** Something to be seen of an answer; `name` tells it apart among the effects of its work. */
export interface Output {
  readonly name: string;
  readonly intent: Intent;
  /** What is shown where the node cannot do that kind. */
  readonly instead?: Intent | undefined;
}

export function isWorthSaying({ answer }: Pick<Analysis, 'answer'>, least: Severity): boolean {
  return answer.findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least));
}

export function signatureOf({ manifest, site }: Stage): Signature {
  return { ...site.by, title: manifest.title, redact: site.redact };
}
