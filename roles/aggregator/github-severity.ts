import type { Severity } from '../../protocols/event.ts';
import { type JsonObject, objectAt, textAt } from './json.ts';

/** GitHub's words for how bad it is, over all of its alerts (advisories say `moderate` for medium). */
const SEVERITY_OF: Readonly<Partial<Record<string, Severity>>> = {
  critical: 'critical',
  high: 'high',
  error: 'high',
  medium: 'medium',
  moderate: 'medium',
  warning: 'medium',
  low: 'low',
  note: 'low',
  none: 'info',
};

/**
 * How bad an alert is, as its payload says it; undefined where it does not.
 * Code scanning says it twice: the security severity counts, the rule's own word only without one.
 */
export function githubSeverity(payload: JsonObject): Severity | undefined {
  const alert = objectAt(payload, 'alert');
  const rule = objectAt(alert, 'rule');
  const words = [
    textAt(alert, 'severity'),
    textAt(objectAt(alert, 'security_advisory'), 'severity'),
    textAt(rule, 'security_severity_level'),
    textAt(rule, 'severity'),
    textAt(objectAt(payload, 'security_advisory'), 'severity'),
    textAt(objectAt(payload, 'repository_advisory'), 'severity'),
  ];
  const word = words.find((each) => each !== '');
  return word === undefined ? undefined : SEVERITY_OF[word];
}
