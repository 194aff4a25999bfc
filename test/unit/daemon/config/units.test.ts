import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../../../daemon/config/units.ts';

const DURATIONS: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['500ms', 500],
  ['30s', 30_000],
  [' 5m ', 300_000],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['0s', 0],
  ['30', undefined],
  ['', undefined],
  ['s', undefined],
  ['-3s', undefined],
  ['3 s', undefined],
  ['1h30', undefined],
  ['1w', undefined],
];

for (const [text, ms] of DURATIONS) {
  test(`config / units / the time "${text}" is ${ms === undefined ? 'refused' : `${ms} ms`}`, () => {
    assert.equal(parseDuration(text), ms);
  });
}

const SIZES: readonly (readonly [value: string | number, bytes: number | undefined])[] = [
  [512, 512],
  ['512', 512],
  ['25MiB', 26_214_400],
  ['25MB', 25_000_000],
  ['64 kib', 65_536],
  ['1GiB', 1_073_741_824],
  ['1.5KiB', 1_536],
  ['MiB', undefined],
  ['5 apples', undefined],
  ['-1', undefined],
];

for (const [value, bytes] of SIZES) {
  test(`config / units / the size "${value}" is ${bytes === undefined ? 'refused' : `${bytes} bytes`}`, () => {
    assert.equal(parseSize(value), bytes);
  });
}

test('config / units / what is formatted reads back as the same number', () => {
  for (const ms of [0, 1, 999, 1_000, 90_000, 3_600_000, 5_400_000, 604_800_000]) {
    assert.equal(parseDuration(formatDuration(ms)), ms);
  }
  for (const bytes of [0, 1, 1_023, 1_024, 25_000_000, 26_214_400, 2 ** 40]) {
    assert.equal(parseSize(formatSize(bytes)), bytes);
  }
});
