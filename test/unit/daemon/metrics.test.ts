import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Metrics } from '../../../daemon/metrics.ts';
import { METRICS, type MetricEntry } from '../../../roles/ports/metrics.ts';

/** Every line of the exposition as OpenMetrics 1.0 writes it (section 4.1, ABNF). */
const LINE =
  /^(# (HELP|TYPE|UNIT) [a-zA-Z_:][\w:]* .*|[a-zA-Z_:][\w:]*(\{([a-z_]+="([^"\\\n]|\\.)*",?)*\})? [+-]?([\d.]+(e[+-]?\d+)?|Inf|NaN)|# EOF)$/i;

test('metrics / exposition / every line is OpenMetrics and the last is EOF', async () => {
  const metrics = new Metrics();
  metrics.count('http_requests_total', { method: 'GET', endpoint: '/a"\\\n', status: '200' });
  metrics.observe('http_request_duration_seconds', 0.02, { method: 'GET', endpoint: '/a' });
  metrics.gauge('mindmesh_tasks', () => [{ labels: { state: 'running' }, value: 2 }]);
  const lines = (await metrics.text()).split('\n');
  assert.equal(lines.pop(), '');
  assert.equal(lines.at(-1), '# EOF');
  for (const line of lines) assert.match(line, LINE);
  assert.match(metrics.contentType, /^application\/openmetrics-text; version=1\.0\.0/);
});

test('metrics / count / adds up by labels', async () => {
  const metrics = new Metrics();
  metrics.count('mindos_distributions_total', { strategy: 'broadcast' });
  metrics.count('mindos_distributions_total', { strategy: 'broadcast' }, 2);
  metrics.count('mindos_distributions_total', { strategy: 'round_robin' });
  const text = await metrics.text();
  assert.match(text, /^mindos_distributions_total\{strategy="broadcast"\} 3$/m);
  assert.match(text, /^mindos_distributions_total\{strategy="round_robin"\} 1$/m);
});

test('metrics / observe / fills the buckets of the table', async () => {
  const metrics = new Metrics();
  metrics.observe('mindmesh_log_commit_records', 3);
  const text = await metrics.text();
  assert.match(text, /^mindmesh_log_commit_records_bucket\{le="2"\} 0$/m);
  assert.match(text, /^mindmesh_log_commit_records_bucket\{le="4"\} 1$/m);
  assert.match(text, /^mindmesh_log_commit_records_sum 3$/m);
});

test('metrics / gauge / is read at each scrape, and what went away is gone', async () => {
  const metrics = new Metrics();
  let states = ['running', 'offered'];
  metrics.gauge('mindmesh_tasks', () => states.map((state) => ({ labels: { state }, value: 1 })));
  assert.match(await metrics.text(), /mindmesh_tasks\{state="offered"\} 1/);
  states = ['running'];
  const text = await metrics.text();
  assert.match(text, /mindmesh_tasks\{state="running"\} 1/);
  assert.doesNotMatch(text, /offered/);
});

test('metrics / process / memory, start and processor time are shown without being asked for', async () => {
  const text = await new Metrics().text();
  assert.match(text, /^process_resident_memory_bytes \d{7,}$/m);
  assert.match(text, /^process_start_time_seconds \d{10}$/m);
  assert.match(text, /^process_cpu_seconds_total [\d.]+$/m);
});

/** What a name may end in: its unit, or what is counted. The first source document's own names are kept as they are. */
const ENDINGS = /_(total|seconds|bytes|records|peers|tasks|events|stages|usd_total)$/;
const GIVEN = /^mindos_llm_generals_(total|active|busy)$/;

test('metrics / table / each name ends in its unit, and has help and few labels', () => {
  for (const [name, entry] of Object.entries<MetricEntry>(METRICS)) {
    assert.ok(ENDINGS.test(name) || GIVEN.test(name), name);
    assert.equal(entry.kind === 'counter', name.endsWith('_total') && !GIVEN.test(name), name);
    assert.match(entry.help, /^[A-Z].+\.$/, name);
    assert.ok(entry.labels.length <= 3, name);
  }
});

test('metrics / table / nothing is in it that no part of the product counts or reads', () => {
  const root = join(import.meta.dirname, '../../..');
  const files = globSync(['roles/**/*.ts', 'daemon/**/*.ts'], { cwd: root }).filter(
    (file) => !file.endsWith('ports/metrics.ts'),
  );
  const source = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  assert.ok(files.length > 50);
  assert.deepEqual(
    Object.keys(METRICS).filter((name) => !source.includes(`'${name}'`)),
    [],
  );
});
