import type { EventData } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { flagAt, isObject, type JsonObject, objectAt, textAt } from './json.ts';

type Release = NonNullable<EventData['release']>;

/** A release, or a package version, which is one in all that generals ask of it. */
export function readRelease(payload: JsonObject, clip: Clip): Release | undefined {
  const release = rawRelease(payload);
  if (release === undefined) return undefined;
  return {
    tag: clip.text(release.tag, 'name', 'release.tag'),
    name: clip.text(release.name, 'title', 'release.name'),
    draft: release.draft,
    prerelease: release.prerelease,
    url: clip.text(release.url, 'url', 'release.url'),
    body: clip.text(release.body, 'body', 'release.body'),
  };
}

/** The tag of a release or of the commit a package was built from. */
export function tagOf(payload: JsonObject): string {
  return rawRelease(payload)?.tag ?? '';
}

function rawRelease(payload: JsonObject): Release | undefined {
  if (isObject(payload.release)) return fromRelease(payload.release);
  if (isObject(payload.package)) return fromPackage(payload.package);
  if (isObject(payload.registry_package)) return fromPackage(payload.registry_package);
  return undefined;
}

function fromRelease(release: JsonObject): Release {
  return {
    tag: textAt(release, 'tag_name'),
    name: textAt(release, 'name'),
    body: textAt(release, 'body'),
    draft: flagAt(release, 'draft'),
    prerelease: flagAt(release, 'prerelease'),
    url: textAt(release, 'html_url'),
  };
}

function fromPackage(pack: JsonObject): Release {
  const version = objectAt(pack, 'package_version');
  return {
    tag: textAt(version, 'tag_name'),
    name: [textAt(pack, 'name'), textAt(version, 'version')].filter((part) => part !== '').join(' '),
    body: textAt(version, 'body') || textAt(version, 'description') || textAt(pack, 'description'),
    draft: flagAt(version, 'draft'),
    prerelease: flagAt(version, 'prerelease'),
    url: textAt(pack, 'html_url') || textAt(version, 'html_url'),
  };
}
