import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { loadTemplates } from '../../../daemon/templates.ts';
import { hasCode, type MeshError } from '../../../protocols/errors.ts';
import { GENERALS } from '../../../protocols/generals.ts';
import { renderPrompts } from '../../../roles/general/prompt.ts';
import { ABOUTS, aboutOf } from '../../../roles/general/subject.ts';
import { cardOf } from '../../fakes/cards.ts';
import { issueEvent, meshEvent, pullRequestEvent, pushEvent } from '../../fakes/events.ts';

const SHIPPED = loadTemplates();
const self = cardOf('node');

/** Templates in a folder of their own, by path. */
function folderWith(t: { after(run: () => void): void }, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'mindmesh-templates-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const failed = (about: RegExp) => (error: unknown) =>
  hasCode(error, 'template-failed') && about.test((error as MeshError).message);

test('templates / text / is put in as it is, and never read as a template', (t) => {
  const { render } = loadTemplates({ dir: folderWith(t, { 'a.hbs': '[{{text}}]' }) });
  assert.equal(render('a', { text: '<b>&{{secret}}{{> a}}' }), '[<b>&{{secret}}{{> a}}]');
});

const MISSING = {
  'a name': '{{gone}}',
  'a field': '{{has.gone}}',
  'the argument of if': '{{#if gone}}x{{/if}}',
  'the argument of unless': '{{#unless gone}}x{{/unless}}',
  'the argument of each': '{{#each has.gone}}x{{/each}}',
};
for (const [what, text] of Object.entries(MISSING)) {
  test(`templates / strict / ${what} that is not in the context is an error`, (t) => {
    const { render } = loadTemplates({ dir: folderWith(t, { 'a.hbs': text }) });
    assert.throws(() => render('a', { has: {} }), failed(/the template a cannot be rendered/));
  });
}

const BROKEN = { 'bad syntax': '{{#if x}}', 'an unknown helper': '{{shout x}}' };
for (const [what, text] of Object.entries(BROKEN)) {
  test(`templates / start / ${what} is found when they are loaded`, (t) => {
    assert.throws(() => loadTemplates({ dir: folderWith(t, { 'x/a.hbs': text }) }), failed(/x\/a/));
  });
}

test('templates / start / a manifest with a wrong key is found when they are loaded', (t) => {
  const dir = folderWith(t, { 'x/manifest.json': '{"name":"x","colour":"red"}' });
  assert.throws(() => loadTemplates({ dir }), failed(/x\/manifest\.json/));
});

test('templates / start / a folder that is not there is an error that names it', () => {
  assert.throws(() => loadTemplates({ dir: '/nonexistent/templates' }), failed(/nonexistent/));
});

test('templates / names / an unknown one is an error, and a partial is none', (t) => {
  const { render, names } = loadTemplates({
    dir: folderWith(t, { '_parts/p.hbs': '{{x}}', 'a.hbs': '<{{> _parts/p}}>' }),
  });
  assert.deepEqual(names, ['a']);
  assert.equal(render('a', { x: 1 }), '<1>');
  for (const name of ['b', '_parts/p', '../a', 'toString'])
    assert.throws(() => render(name, {}), failed(/there is none/));
});

test('templates / generals / every general has its prompts, and a manifest that agrees with the table', () => {
  for (const { name, title, specialisations, replicas } of GENERALS) {
    const manifest = SHIPPED.manifests.get(`generals/${name}`) ?? assert.fail(`${name} has no manifest`);
    const told = { name: manifest.name, title: manifest.title, replicas: manifest.replicas };
    assert.deepEqual(told, { name, title, replicas });
    assert.deepEqual(manifest.specialisations, specialisations);
    assert.ok(manifest.looksAt.length >= 4);
    for (const part of ['system', 'user']) assert.ok(SHIPPED.names.includes(`generals/${name}/${part}`));
  }
  assert.equal(SHIPPED.manifests.size, GENERALS.length);
});

const EVENTS = {
  change: pullRequestEvent(),
  push: pushEvent(),
  issue: issueEvent(),
  run: meshEvent({ kind: 'deployment_status', data: { deployment: { environment: 'prod', ref: 'main', sha: 'a' } } }),
  release: meshEvent({
    kind: 'release_published',
    data: { release: { tag: 'v1', name: '', body: '', draft: false, prerelease: false, url: '' } },
  }),
  alert: meshEvent({ kind: 'security_alert', severity: 'high', data: {} }),
  other: meshEvent({ kind: 'other', data: {} }),
} satisfies Record<(typeof ABOUTS)[number], unknown>;

for (const about of ABOUTS) {
  test(`templates / generals / every prompt is a general's own, about an event of kind ${about}`, () => {
    const event = EVENTS[about];
    assert.equal(aboutOf(event), about);
    const users = new Set<string>();
    const systems = new Set<string>();
    for (const { name, specialisations } of GENERALS) {
      const general = { name, specialisations: [...specialisations], concurrency: 1, capacity: 1 };
      const { system, user } = renderPrompts(general, event, { self, templates: SHIPPED });
      systems.add(system);
      users.add(user.slice(user.lastIndexOf('EVENT')));
      assert.ok(system.includes(name));
      for (const specialisation of specialisations) assert.ok(system.includes(specialisation), specialisation);
      for (const key of ['summary', 'findings', 'recommendations', 'confidence'])
        assert.ok(system.includes(`"${key}"`));
      for (const other of GENERALS)
        if (other.name !== name) assert.ok(!(system + user).includes(other.name), other.name);
      assert.ok(user.includes(event.kind) && user.includes(event.repository));
      assert.doesNotMatch(system + user, /undefined|\[object/);
    }
    assert.equal(systems.size, GENERALS.length);
    assert.equal(users.size, GENERALS.length);
  });
}

test('templates / generals / their user prompts have a task for everything an event can be about', () => {
  for (const { name } of GENERALS) {
    const text = readFileSync(join(import.meta.dirname, `../../../templates/generals/${name}/user.hbs`), 'utf8');
    for (const about of ABOUTS) assert.ok(text.includes(`{{#if about.${about}}}`), `${name}: ${about}`);
  }
});

for (const { name, specialisations } of GENERALS) {
  test(`templates / generals / ${name} is told of its tools, its labels and the lines it may name, as its manifest says`, () => {
    const general = { name, specialisations: [...specialisations], concurrency: 1, capacity: 1 };
    const manifest = SHIPPED.manifests.get(`generals/${name}`) ?? assert.fail();
    const { tools } = manifest;
    const { system } = renderPrompts(general, pullRequestEvent(), { self, templates: SHIPPED, manifest, tools });
    for (const tool of tools) assert.ok(system.includes(tool), tool);
    assert.doesNotMatch(system, /not the repository and not the diff/);
    for (const label of manifest.labels) assert.ok(system.includes(label), label);
    assert.equal(system.includes('"line"'), manifest.output === 'review');
  });
}
