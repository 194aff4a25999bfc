import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRUST_LEVELS, type Trust } from '../../../../protocols/event.ts';
import { OUTPUT_KINDS, type OutputKind, TOOL_NAMES } from '../../../../protocols/manifest.ts';
import { allowedOutput, allowedTools, TOOL_ACCESS } from '../../../../roles/policy/allowed-tools.ts';

const WRITES: Readonly<Record<Trust, boolean>> = {
  owner: true,
  member: true,
  collaborator: true,
  stranger: false,
  bot: false,
};

for (const trust of TRUST_LEVELS) {
  test(`policy / allowed tools / of ${trust}: ${WRITES[trust] ? 'all that the general has' : 'nothing that writes'}`, () => {
    const tools = allowedTools(trust, TOOL_NAMES);
    assert.deepEqual(
      tools,
      TOOL_NAMES.filter((tool) => WRITES[trust] || TOOL_ACCESS[tool] === 'read'),
    );
    assert.deepEqual(allowedTools(trust, ['read_file']), ['read_file'], 'and never one that it has not');
  });

  const seen = Object.fromEntries(OUTPUT_KINDS.map((kind) => [kind, allowedOutput(trust, kind)]));
  test(`policy / allowed tools / the daemon shows for ${trust}: ${[...new Set(Object.values(seen))].join(', ')}`, () => {
    const untrusted: Record<OutputKind, OutputKind> = {
      review: 'comment',
      'check-run': 'comment',
      label: 'label',
      comment: 'comment',
      report: 'comment',
      'release-note': 'release-note',
    };
    assert.deepEqual(seen, WRITES[trust] ? Object.fromEntries(OUTPUT_KINDS.map((kind) => [kind, kind])) : untrusted);
  });
}
