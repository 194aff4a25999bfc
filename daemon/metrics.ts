import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  METRICS,
  type MetricEntry,
} from '../roles/ports/metrics.ts';

/** One reading of a gauge that has labels. */
export interface Sample<N extends GaugeName> {
  readonly labels: LabelsOf<N>;
  readonly value: number;
}

/** A gauge is read when somebody scrapes: between two scrapes it costs nothing. */
export type ReadGauge<N extends GaugeName> = () => number | readonly Sample<N>[];

/** Seconds: a synced write takes 1 ms on a good disk, a model may take a minute. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const LAG_RESOLUTION_MS = 100;

/** The metrics of one process, of those that `roles/ports/metrics.ts` lists. */
export class Metrics {
  readonly contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();

  #cpuSeconds = 0;

  constructor() {
    this.#registry.setContentType(this.contentType);
    for (const [name, entry] of Object.entries<MetricEntry>(METRICS)) this.#register(name, entry);
    this.#readProcess();
  }

  count<N extends CounterName>(name: N, labels?: LabelsOf<N>, by = 1): void {
    const counter = this.#counters.get(name);
    if (labels === undefined) counter?.inc(by);
    else counter?.inc(labels, by);
  }

  observe<N extends HistogramName>(name: N, value: number, labels?: LabelsOf<N>): void {
    const histogram = this.#histograms.get(name);
    if (labels === undefined) histogram?.observe(value);
    else histogram?.observe(labels, value);
  }

  /** Says where a gauge is read. A gauge that nobody reads is not shown. */
  gauge<N extends GaugeName>(name: N, read: ReadGauge<N>): void {
    const { help, labels } = METRICS[name];
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        this.reset();
        const reading = read();
        if (typeof reading === 'number') this.set(reading);
        else for (const sample of reading) this.set(sample.labels, sample.value);
      },
    });
  }

  /** OpenMetrics 1.0 text. */
  text(): Promise<string> {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    this.count('process_cpu_seconds_total', {}, seconds - this.#cpuSeconds);
    this.#cpuSeconds = seconds;
    return this.#registry.metrics();
  }

  #register(name: string, { kind, help, labels, buckets }: MetricEntry): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (kind === 'counter') this.#counters.set(name, new Counter(options));
    if (kind === 'histogram') {
      this.#histograms.set(name, new Histogram({ ...options, buckets: [...(buckets ?? DURATION_BUCKETS)] }));
    }
  }

  #readProcess(): void {
    const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
    lag.enable();
    const seconds = (percentile: number) => Math.max(0, lag.percentile(percentile) / 1e9 - LAG_RESOLUTION_MS / 1e3);
    this.gauge('nodejs_eventloop_lag_seconds', () => {
      const samples = [50, 99].map((p) => ({ labels: { quantile: String(p / 100) }, value: seconds(p) }));
      lag.reset();
      return samples;
    });
    this.gauge('process_resident_memory_bytes', () => process.memoryUsage.rss());
    this.gauge('process_start_time_seconds', () => Math.round(Date.now() / 1e3 - process.uptime()));
  }
}
