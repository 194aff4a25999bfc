/**
 * Every metric of the product. Names end in their unit (`_total` counts things), times are seconds, labels are few and their
 * values come from closed sets: event ids, repositories and peers belong into the log. `docs/metrics.md` is generated from here.
 */
export interface MetricEntry {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram; the default serves durations from 1 ms to 1 min. */
  readonly buckets?: readonly number[];
}

const BYTES = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 26_214_400];
const RECORDS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export const METRICS = {
  // HTTP, one hook for every route (names of the fifth source document)
  http_requests_total: counter('Requests answered.', 'method', 'endpoint', 'status'),
  http_request_duration_seconds: histogram(
    'From the first byte of a request to the last of its answer.',
    undefined,
    'method',
    'endpoint',
  ),
  http_request_size_bytes: histogram('Bodies of requests.', BYTES, 'method', 'endpoint'),
  http_response_size_bytes: histogram('Bodies of answers.', BYTES, 'method', 'endpoint'),
  // generals and distributions (names of the first source document)
  mindos_llm_generals_total: gauge('Generals known, one for each cluster that offers it.'),
  mindos_llm_generals_active: gauge('Generals that take work.'),
  mindos_llm_generals_busy: gauge('Generals whose live nodes are all full.'),
  mindos_distributions_total: counter('Distributions this node decided.', 'strategy'),
  // ingest
  mindmesh_ingest_deliveries_total: counter('Webhooks by what became of them.', 'source', 'outcome'),
  mindmesh_ingest_refused_total: counter('Webhooks refused, by error code.', 'code'),
  mindmesh_ingest_buffered_bytes: gauge('Bodies that are being received.'),
  mindmesh_ingest_waiting_events: gauge('Events that are not acknowledged yet, by what they wait for.', 'for'),
  mindmesh_ingest_copy_seconds: histogram('With ack: peer, the wait for a copy on another node.'),
  mindmesh_sweeps_total: counter('Looks through the deliveries that GitHub remembers, by how they went.', 'outcome'),
  mindmesh_sweep_redeliveries_total: counter('Deliveries that GitHub was asked to make again.', 'outcome'),
  mindmesh_sweep_missing_events: gauge(
    'Events that GitHub sent and that are not in the log, at the last look of this node.',
  ),
  // room (I4, L8)
  mindmesh_disk_free_bytes: gauge('Free on the disk of the data directory.'),
  mindmesh_store_bytes: gauge('Size of the store.'),
  mindmesh_open_events: gauge('Events that are not settled.'),
  mindmesh_overload_stages: gauge('The stage this node is in has 1: calm, hold, busy or closed.', 'stage'),
  mindmesh_ballast_bytes: gauge('Room that the ballast would give back.'),
  // the log
  mindmesh_log_commits_total: counter('Synced commit groups.'),
  mindmesh_log_commit_records: histogram('Records in a commit group.', RECORDS),
  mindmesh_log_commit_seconds: histogram('Write and sync of a commit group.'),
  mindmesh_log_records_total: counter('Records stored, of this node or of a peer.', 'from'),
  mindmesh_log_unreadable_total: counter('Records whose content this build cannot read.'),
  mindmesh_log_cut_records_total: counter('Records dropped below a floor: settled, and older than the retention.'),
  mindmesh_log_forks_total: counter('Logs quarantined because two signed heads disagree.'),
  mindmesh_projection_faults_total: counter('Records that a projection could not take in.', 'projection'),
  // the mesh
  mindmesh_mesh_peers: gauge('Nodes of the mesh by how they are seen from here.', 'state'),
  mindmesh_mesh_refused_total: counter('Connections and dials refused by admission.', 'reason'),
  mindmesh_mesh_dial_failures_total: counter('Dials of known peers that failed.'),
  mindmesh_gossip_repairs_total: counter('Gossip streams found dead on a live connection, by what was done.', 'action'),
  mindmesh_gossip_messages_total: counter('Gossip received, by verdict.', 'topic', 'verdict'),
  mindmesh_replication_batches_total: counter('Batches of records sent and received.', 'direction'),
  mindmesh_replication_refused_total: counter('Batches refused, by error code.', 'code'),
  // work
  mindmesh_dispatch_answers_total: counter('Answers to offers of this node.', 'answer'),
  mindmesh_tasks: gauge('Tasks that this node owns and that have not ended, by state.', 'state'),
  mindmesh_tasks_ended_total: counter('Tasks of this node that ended.', 'outcome'),
  mindmesh_executions_total: counter('Executions of a general on this node.', 'general', 'outcome'),
  mindmesh_execution_duration_seconds: histogram('One execution of a general on this node.', undefined, 'general'),
  mindmesh_effects_total: counter('Effects outside the mesh that this node was to perform.', 'kind', 'outcome'),
  mindmesh_effects_surplus_total: counter('Effects that stood there twice and were taken away.', 'kind'),
  // the model
  mindmesh_model_calls_total: counter(
    'Turns asked of models, with their repair, by how they went.',
    'provider',
    'outcome',
  ),
  mindmesh_model_call_duration_seconds: histogram('One turn of a model.', undefined, 'provider'),
  mindmesh_model_tokens_total: counter('Tokens used, by the figures of the provider.', 'provider', 'kind'),
  mindmesh_model_cost_usd_total: counter('US dollars spent by the configured prices.', 'provider'),
  mindmesh_model_cache_total: counter('Turns that were looked up among the answers kept here.', 'outcome'),
  mindmesh_model_escalations_total: counter(
    'Turns of the small class that the large one was asked for, and why.',
    'why',
  ),
  mindmesh_model_refused_total: counter('Calls that a budget did not allow.', 'scope'),
  mindmesh_model_wait_seconds: histogram('Waits of calls for a place in the rate, or in a budget.', undefined, 'for'),
  // the process
  process_resident_memory_bytes: gauge('Resident memory.'),
  process_cpu_seconds_total: counter('Processor time used, user and system.'),
  process_start_time_seconds: gauge('Start of the process, seconds since 1970.'),
  nodejs_eventloop_lag_seconds: gauge('How late the event loop was since the last reading, by percentile.', 'quantile'),
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof METRICS;

/** The names of one kind. */
type NamesOf<K extends MetricEntry['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];

export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;

/** Exactly the labels of that metric. */
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;

function counter<const L extends readonly string[]>(help: string, ...labels: L) {
  return { kind: 'counter', help, labels } as const;
}

function gauge<const L extends readonly string[]>(help: string, ...labels: L) {
  return { kind: 'gauge', help, labels } as const;
}

function histogram<const L extends readonly string[]>(help: string, buckets?: readonly number[], ...labels: L) {
  return { kind: 'histogram', help, labels, ...(buckets && { buckets }) } as const;
}
