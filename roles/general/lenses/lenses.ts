import { UNROUTED_GENERAL } from '../../../protocols/generals.ts';
import type { Lens } from '../rules/answer.ts';
import { ANALYTICS } from './analytics.ts';
import { ARCHITECTURE } from './architecture.ts';
import { CODE_REVIEW } from './code-review.ts';
import { DEPLOYMENT } from './deployment.ts';
import { DEVELOPER } from './developer.ts';
import { DOCUMENTATION } from './documentation.ts';
import { GENERAL_PURPOSE } from './general-purpose.ts';
import { METRICS } from './metrics.ts';
import { PRIORITY } from './priority.ts';
import { PRODUCT_OWNER } from './product-owner.ts';
import { QUALITY_ASSURANCE } from './quality-assurance.ts';
import { SECURITY } from './security.ts';
import { TRIAGE } from './triage.ts';

/** One for each general that ships. */
export const LENSES: Readonly<Record<string, Lens>> = {
  'code-review-general': CODE_REVIEW,
  'architecture-general': ARCHITECTURE,
  'security-general': SECURITY,
  'deployment-general': DEPLOYMENT,
  'quality-assurance-general': QUALITY_ASSURANCE,
  'analytics-general': ANALYTICS,
  'documentation-general': DOCUMENTATION,
  'metrics-general': METRICS,
  'triage-general': TRIAGE,
  'priority-general': PRIORITY,
  [UNROUTED_GENERAL]: GENERAL_PURPOSE,
  'product-owner-general': PRODUCT_OWNER,
  'developer-general': DEVELOPER,
};

/** A general of an operator's own looks at everything. */
export function lensOf(general: string): Lens {
  return LENSES[general] ?? GENERAL_PURPOSE;
}
