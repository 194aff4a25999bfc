import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadGenerals } from '../../../daemon/compose-templates.ts';
import { hasCode } from '../../../protocols/errors.ts';
import { customPrompts } from '../../../roles/general/prompt.ts';
import { cardOf } from '../../fakes/cards.ts';
import { pullRequestEvent } from '../../fakes/events.ts';

const MANIFEST = JSON.stringify({
  name: 'billing-general',
  title: 'Billing',
  specialisations: ['billing'],
  looksAt: ['Whether money is counted twice'],
});

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'mindmesh-generals-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

async function systemOf(name: string, own: string): Promise<string> {
  const { templates, manifests, customisations } = await loadGenerals({ own });
  const manifest = manifests.get(name) ?? assert.fail(`no manifest of ${name}`);
  const general = { name, specialisations: manifest.specialisations, concurrency: 1, capacity: 1 };
  const options = { self: cardOf('node'), templates, manifest, customisations };
  return (await customPrompts(general, pullRequestEvent(), options)).system;
}

test('generals / own / a manifest alone makes a general with the prompts of the general purpose', async (t) => {
  const system = await systemOf('billing-general', folderWith(t, { 'billing-general/manifest.json': MANIFEST }));
  assert.match(system, /You are billing-general, the Billing/);
  assert.match(system, /Whether money is counted twice/);
});

test('generals / own / prompts of its own may use those that ship', async (t) => {
  const files = {
    'billing-general/manifest.json': MANIFEST,
    'billing-general/system.hbs': 'Count.\n{{> generals/_shared/conduct}}',
  };
  const system = await systemOf('billing-general', folderWith(t, files));
  assert.match(system, /^Count\.\nHow you work/);
});

test('generals / own / a shipped one keeps what its folder does not change', async (t) => {
  const own = folderWith(t, { 'security-general/manifest.json': '{"looksAt":["Only the vault"],"output":"comment"}' });
  const { manifests } = await loadGenerals({ own });
  const { title, looksAt, output, modelClass } = manifests.get('security-general') ?? assert.fail();
  assert.deepEqual([title, looksAt, output, modelClass], ['Security', ['Only the vault'], 'comment', 'large']);
  assert.equal(manifests.size, 13);
});

test('generals / own / context.hbs follows the prompt, prompt.hbs makes another one of the whole', async (t) => {
  const files = {
    'security-general/context.hbs': 'We keep secrets in {{node.org}}’s vault.',
    'security-general/prompt.hbs': 'BEFORE\n{{base}}AFTER {{general.name}}',
  };
  const system = await systemOf('security-general', folderWith(t, files));
  assert.match(system, /^BEFORE\nYou are security-general[\s\S]*vault\.\nAFTER security-general$/);
});

test('generals / own / a module gets the facts that nobody else wrote, and goes before the files', async (t) => {
  const files = {
    'security-general/context.hbs': 'of the file',
    'security-general/general.mjs': `
      export async function getDomainContext(facts) { return 'facts: ' + JSON.stringify(Object.keys(facts.event)); }
      export function customizePrompt(base, { repository }) { return base + '|' + repository; }
    `,
  };
  const system = await systemOf('security-general', folderWith(t, files));
  assert.match(
    system,
    /facts: \["kind","severity","actortype","authorassociation","hops","cut","hidden"\]\n\|acme\/app$/,
  );
  assert.doesNotMatch(system, /of the file/);
});

const WRONG: readonly { id: string; files: Readonly<Record<string, string>>; file: RegExp; problem: RegExp }[] = [
  {
    id: 'a manifest with a key that nobody knows',
    files: { 'billing-general/manifest.json': MANIFEST.replace('{', '{"colour":"red",') },
    file: /billing-general\/manifest\.json$/,
    problem: /Unrecognized key: "colour"/,
  },
  {
    id: 'a manifest that is no JSON',
    files: { 'billing-general/manifest.json': '{' },
    file: /manifest\.json$/,
    problem: /JSON/,
  },
  {
    id: 'a manifest of another name than its folder',
    files: { 'accounts-general/manifest.json': MANIFEST },
    file: /accounts-general\/manifest\.json$/,
    problem: /its name is billing-general, and its folder is called accounts-general/,
  },
  {
    id: 'labels without a list of them',
    files: { 'billing-general/manifest.json': MANIFEST.replace('{', '{"output":"label",') },
    file: /manifest\.json$/,
    problem: /names the labels/,
  },
  {
    id: 'a label that makes others work',
    files: { 'billing-general/manifest.json': MANIFEST.replace('{', '{"labels":["ready-for-dev"],') },
    file: /manifest\.json$/,
    problem: /ready-for-dev makes others work/,
  },
  {
    id: 'a folder without a manifest',
    files: { 'billing-general/system.hbs': 'x' },
    file: /billing-general$/,
    problem: /it has no manifest\.json/,
  },
  {
    id: 'a broken template',
    files: { 'billing-general/manifest.json': MANIFEST, 'billing-general/context.hbs': '{{#if x}}' },
    file: /billing-general\/context\.hbs$/,
    problem: /Parse error/,
  },
  {
    id: 'a module that cannot be loaded',
    files: { 'security-general/general.mjs': 'export const = 1' },
    file: /security-general\/general\.mjs$/,
    problem: /Unexpected|Missing|Transform/,
  },
  {
    id: 'a module without any of the functions',
    files: { 'security-general/general.mjs': 'export const x = 1' },
    file: /general\.mjs$/,
    problem: /exports neither getDomainContext nor customizePrompt/,
  },
  {
    id: 'a module whose function is none',
    files: { 'security-general/general.mjs': 'export const customizePrompt = "x"' },
    file: /general\.mjs$/,
    problem: /have to be functions/,
  },
];

for (const { id, files, file, problem } of WRONG) {
  test(`generals / own / named with its file: ${id}`, async (t) => {
    await assert.rejects(loadGenerals({ own: folderWith(t, files) }), (error) => {
      assert.ok(hasCode(error, 'general-invalid'), String(error));
      assert.match(String(error.facts.file), file);
      assert.match(String(error.facts.problem), problem);
      return true;
    });
  });
}

test('generals / own / what a module throws names it', async (t) => {
  const own = folderWith(t, {
    'security-general/general.mjs': 'export function getDomainContext() { throw new Error("no") }',
  });
  await assert.rejects(systemOf('security-general', own), (error) => {
    return hasCode(error, 'general-invalid') && /getDomainContext threw no/.test(error.message);
  });
});

test('generals / own / a folder that is not there is named', async () => {
  await assert.rejects(loadGenerals({ own: '/nowhere/generals' }), (error) => hasCode(error, 'general-invalid'));
});
