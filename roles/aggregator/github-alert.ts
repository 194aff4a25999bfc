import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { countAt, type JsonObject, objectAt, textAt } from './json.ts';

type Alert = NonNullable<EventData['alert']>;

/** As the payload has it: uncut, empty where it says nothing. Labels are named here, never copied: an alert may hold the secret it found. */
interface RawAlert {
  readonly name: string;
  readonly status: string;
  readonly summary: string;
  /** Unlike numbers of issues, alerts of each kind are numbered apart, so the kind is part of it. */
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
}

const READERS: Readonly<Record<string, (payload: JsonObject) => RawAlert>> = {
  code_scanning_alert: fromCodeScanning,
  dependabot_alert: fromDependabot,
  repository_advisory: (payload) => fromAdvisory(objectAt(payload, 'repository_advisory'), payload),
  repository_vulnerability_alert: fromVulnerability,
  secret_scanning_alert: fromSecretScanning,
  secret_scanning_alert_location: fromSecretScanning,
  security_advisory: (payload) => fromAdvisory(objectAt(payload, 'security_advisory'), payload),
};

export function readAlert(event: string, payload: JsonObject, clip: Clip): Alert | undefined {
  const raw = READERS[event]?.(payload);
  if (raw === undefined) return undefined;
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw.labels)) {
    if (value !== '') labels[name] = clip.text(value, 'name', `alert.labels.${name}`);
  }
  return {
    name: clip.text(raw.name, 'title', 'alert.name'),
    status: clip.text(raw.status, 'name', 'alert.status'),
    ...(raw.fingerprint !== '' && { fingerprint: clip.text(raw.fingerprint, 'name', 'alert.fingerprint') }),
    labels,
    summary: clip.text(raw.summary, 'body', 'alert.summary'),
  };
}

/** What makes an alert the same alert tomorrow, within its repository; empty for events that are no alert. */
export function fingerprintOf(event: string, payload: JsonObject): string {
  return READERS[event]?.(payload).fingerprint ?? '';
}

function fromDependabot(payload: JsonObject): RawAlert {
  const alert = objectAt(payload, 'alert');
  const advisory = objectAt(alert, 'security_advisory');
  const dependency = objectAt(alert, 'dependency');
  const wanted = objectAt(dependency, 'package');
  return {
    name: textAt(advisory, 'summary'),
    status: textAt(alert, 'state'),
    summary: textAt(advisory, 'description'),
    fingerprint: numbered('dependabot', alert),
    labels: {
      package: textAt(wanted, 'name'),
      ecosystem: textAt(wanted, 'ecosystem'),
      manifest: textAt(dependency, 'manifest_path'),
      scope: textAt(dependency, 'scope'),
      ghsa: textAt(advisory, 'ghsa_id'),
      cve: textAt(advisory, 'cve_id'),
      affected: textAt(objectAt(alert, 'security_vulnerability'), 'vulnerable_version_range'),
      url: textAt(alert, 'html_url'),
    },
  };
}

function fromVulnerability(payload: JsonObject): RawAlert {
  const alert = objectAt(payload, 'alert');
  return {
    name: textAt(alert, 'affected_package_name'),
    status: textAt(payload, 'action'),
    summary: '',
    fingerprint: numbered('dependabot', alert),
    labels: {
      package: textAt(alert, 'affected_package_name'),
      affected: textAt(alert, 'affected_range'),
      fixed: textAt(alert, 'fixed_in'),
      ghsa: textAt(alert, 'ghsa_id'),
      cve: textAt(alert, 'external_identifier'),
    },
  };
}

function fromCodeScanning(payload: JsonObject): RawAlert {
  const alert = objectAt(payload, 'alert');
  const rule = objectAt(alert, 'rule');
  const instance = objectAt(alert, 'most_recent_instance');
  return {
    name: textAt(rule, 'description') || textAt(rule, 'id'),
    status: textAt(alert, 'state'),
    summary: textAt(objectAt(instance, 'message'), 'text') || textAt(rule, 'full_description'),
    fingerprint: numbered('code-scanning', alert),
    labels: {
      rule: textAt(rule, 'id'),
      tool: textAt(objectAt(alert, 'tool'), 'name'),
      path: textAt(objectAt(instance, 'location'), 'path'),
      ref: textAt(payload, 'ref'),
      commit: textAt(payload, 'commit_oid'),
      url: textAt(alert, 'html_url'),
    },
  };
}

function fromSecretScanning(payload: JsonObject): RawAlert {
  const alert = objectAt(payload, 'alert');
  const location = objectAt(payload, 'location');
  return {
    name: textAt(alert, 'secret_type_display_name') || textAt(alert, 'secret_type'),
    status: textAt(alert, 'state') || (textAt(alert, 'resolution') === '' ? 'open' : 'resolved'),
    summary: '',
    fingerprint: numbered('secret-scanning', alert),
    labels: {
      type: textAt(alert, 'secret_type'),
      resolution: textAt(alert, 'resolution'),
      validity: textAt(alert, 'validity'),
      place: textAt(location, 'type'),
      path: textAt(objectAt(location, 'details'), 'path'),
      url: textAt(alert, 'html_url'),
    },
  };
}

function fromAdvisory(advisory: JsonObject, payload: JsonObject): RawAlert {
  const id = textAt(advisory, 'ghsa_id');
  return {
    name: textAt(advisory, 'summary'),
    status: textAt(payload, 'action'),
    summary: textAt(advisory, 'description'),
    fingerprint: id === '' ? '' : `advisory/${id}`,
    labels: { ghsa: id, cve: textAt(advisory, 'cve_id'), url: textAt(advisory, 'html_url') },
  };
}

/** The old vulnerability alerts had an id before they had a number. */
function numbered(kind: string, alert: JsonObject): string {
  const number = countAt(alert, 'number') ?? countAt(alert, 'id');
  return number === undefined ? '' : `${kind}/${number}`;
}
