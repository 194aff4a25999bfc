import type { MeshEvent, Severity } from '../../../protocols/event.ts';
import { quote } from '../subject.ts';
import { type Signal, signal } from './signal.ts';

const FAILURES: ReadonlySet<string> = new Set(['failure', 'error', 'timed_out', 'startup_failure', 'action_required']);
const STOPS: ReadonlySet<string> = new Set(['cancelled', 'stale', 'skipped', 'inactive']);
const PRODUCTION = /^(?:prod(?:uction)?|live|main)\b/i;
const ALERT_OVER: ReadonlySet<string> = new Set(['resolved', 'ok', 'fixed', 'dismissed', 'auto_dismissed', 'closed']);

/** How something ended: checks, deployments, releases, alerts. */
export function outcomeSignals(event: MeshEvent): Signal[] {
  return [...checkSignals(event), ...deploymentSignals(event), ...releaseSignals(event), ...alertSignals(event)];
}

function checkSignals({ data }: MeshEvent): Signal[] {
  const { check, defaultBranch } = data;
  if (check === undefined) return [];
  const outcome = check.conclusion ?? check.status;
  const detail = `${quote(check.name)} on ${check.branch ?? check.headSha.slice(0, 7)}: ${outcome}.`;
  if (FAILURES.has(outcome)) {
    const isMain = check.branch !== undefined && check.branch === defaultBranch;
    return [signal('failed', isMain ? 'high' : 'medium', 'A check failed', detail, check.name)];
  }
  if (STOPS.has(outcome)) return [signal('stopped', 'low', 'A check did not run to its end', detail, check.name)];
  if (outcome === 'success' || outcome === 'neutral')
    return [signal('succeeded', 'info', 'A check passed', detail, check.name)];
  return [signal('still-running', 'info', 'A check has not ended', detail, check.name)];
}

function deploymentSignals({ data }: MeshEvent): Signal[] {
  const { deployment } = data;
  if (deployment === undefined) return [];
  const { environment, state = 'created', ref } = deployment;
  const isProduction = PRODUCTION.test(environment);
  const detail = `${ref} to ${quote(environment)}: ${state}.`;
  const production = isProduction
    ? [signal('production', 'low', 'It concerns production', `The environment is ${quote(environment)}.`, environment)]
    : [];
  if (FAILURES.has(state)) {
    return [
      signal('deployment-failed', isProduction ? 'critical' : 'high', 'A deployment failed', detail, environment),
      ...production,
    ];
  }
  if (state === 'success')
    return [signal('succeeded', 'info', 'A deployment succeeded', detail, environment), ...production];
  if (STOPS.has(state))
    return [signal('stopped', 'info', 'A deployment is no longer active', detail, environment), ...production];
  return [signal('still-running', 'info', 'A deployment has not ended', detail, environment), ...production];
}

function releaseSignals({ data }: MeshEvent): Signal[] {
  const { release } = data;
  if (release === undefined) return [];
  const signals: Signal[] = [];
  if (release.prerelease || release.draft) {
    const what = release.draft ? 'a draft' : 'a pre-release';
    signals.push(
      signal('prerelease', 'info', `It is ${what}`, `${quote(release.tag)} is not meant for everybody.`, release.tag),
    );
  }
  if (release.body.trim() === '') {
    signals.push(
      signal(
        'no-notes',
        'medium',
        'The release has no notes',
        `${quote(release.tag)} says nothing about what changed.`,
        release.tag,
      ),
    );
  }
  return signals;
}

function alertSignals({ data, severity }: MeshEvent): Signal[] {
  const { alert } = data;
  const rated: Signal[] =
    severity === undefined || severity === 'info'
      ? []
      : [
          signal(
            'severity',
            severity,
            `Its sender rates it ${severity}`,
            `The severity of the event is ${severity}.`,
            'severity',
          ),
        ];
  if (alert === undefined) return rated;
  const detail = `${quote(alert.name)} is ${alert.status}.`;
  if (ALERT_OVER.has(alert.status)) return [signal('alert-over', 'info', 'An alert is over', detail, alert.name)];
  const level: Severity = severity ?? 'medium';
  return [signal('alert-open', level, 'An alert is open', detail, alert.name), ...rated];
}
