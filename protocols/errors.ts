/**
 * One error class for the whole product. The code is for programs, the message for people, the cause for the trail.
 * Callers compare codes, never messages. `docs/errors.md` is generated from this table and a test holds the two equal.
 */

export interface ErrorEntry {
  /** May the same call succeed later without anybody changing anything? */
  readonly retryable: boolean;
  /** HTTP status where the error answers a request (RFC 9457 problem). */
  readonly http: number;
  /** What happened; `{name}` is filled from the facts. */
  readonly text: string;
  /** What the reader can do about it. */
  readonly fix: string;
}

export const ERRORS = {
  // configuration and command line
  'config-invalid': {
    retryable: false,
    http: 400,
    text: 'the configuration {file} is not valid: {problem}',
    fix: 'Mend that key; `mindmesh config explain KEY` shows what it takes and where its value came from.',
  },
  'config-unreadable': {
    retryable: false,
    http: 400,
    text: 'the configuration {file} cannot be read: {problem}',
    fix: 'Check that the file exists and that this user may read it, or name another with --config.',
  },
  'secret-exposed': {
    retryable: false,
    http: 500,
    text: 'the secret file {file} can be read by others (mode {mode})',
    fix: 'chmod 600 the file, or give its group only to this process.',
  },
  'secret-unreadable': {
    retryable: false,
    http: 500,
    text: 'the secret {name} cannot be read from {file}: {problem}',
    fix: 'Create the file with the secret alone in it, mode 0600, or set the variable instead.',
  },
  usage: {
    retryable: false,
    http: 400,
    text: '{problem}',
    fix: 'See `mindmesh --help` or `mindmesh COMMAND --help`.',
  },
  'daemon-down': {
    retryable: true,
    http: 503,
    text: 'no daemon answers at {socket}',
    fix: 'Start one with `mindmesh run` (or `mindmesh dev`), or name its socket with --socket PATH.',
  },
  'daemon-refused': {
    retryable: false,
    http: 502,
    text: 'the daemon answers {status} ({code}): {detail}',
    fix: '{fix}',
  },
  'webhook-unreachable': {
    retryable: true,
    http: 503,
    text: 'the webhook {url} cannot be reached: {problem}',
    fix: 'Start an aggregator there (`mindmesh dev`), or name another with --url.',
  },
  'not-found': {
    retryable: false,
    http: 404,
    text: 'there is no {what} {id}',
    fix: 'List what there is with `mindmesh events`, `mindmesh generals` or `mindmesh peers`.',
  },
  'not-allowed': {
    retryable: false,
    http: 403,
    text: '{who} may not {action}',
    fix: 'Use a token whose role allows it.',
  },
  unauthenticated: {
    retryable: false,
    http: 401,
    text: 'this route wants a bearer token',
    fix: 'Send `Authorization: Bearer TOKEN`; the first token is in the data directory, file `token`.',
  },
  'port-in-use': {
    retryable: false,
    http: 500,
    text: '{host}:{port} is already in use ({surface})',
    fix: 'Stop the program that holds it, or set another port for this surface.',
  },
  'address-unusable': {
    retryable: false,
    http: 500,
    text: 'this node cannot listen on {host}:{port} ({surface}): {problem}',
    fix: 'Use an address of this machine, or 0.0.0.0 for all of them, and a port this user may open.',
  },
  'socket-unusable': {
    retryable: false,
    http: 500,
    text: 'the socket {path} cannot be used ({surface}): {problem}',
    fix: 'Set another path (node.socket), at most 100 bytes, in a folder of this user; or stop the daemon that answers there.',
  },
  // requests
  'route-unknown': {
    retryable: false,
    http: 404,
    text: 'there is no route {method} {path} here',
    fix: 'GET /docs lists the routes of this server.',
  },
  'request-invalid': {
    retryable: false,
    http: 400,
    text: 'the request is not valid: {problem}',
    fix: 'GET /docs shows what the route takes.',
  },
  internal: {
    retryable: true,
    http: 500,
    text: 'something went wrong inside: {problem}',
    fix: 'The daemon log has the trail under the same request id; please report it.',
  },
  // store
  'store-locked': {
    retryable: true,
    http: 503,
    text: 'the data directory {dir} is in use by another process',
    fix: 'Stop the other daemon, or give this one its own data directory.',
  },
  'store-damaged': {
    retryable: false,
    http: 503,
    text: 'the store in {dir} is damaged: {problem}',
    fix: 'Run `mindmesh check`; if it cannot be mended, move the directory away: the node fetches its org’s logs from its peers.',
  },
  'store-newer': {
    retryable: false,
    http: 503,
    text: 'the store in {dir} has schema {found}, this build knows up to {known}',
    fix: 'Run a build at least as new as the one that wrote it.',
  },
  'store-write-failed': {
    retryable: false,
    http: 503,
    text: 'a write to {dir} failed: {problem}',
    fix: 'The process ends, so that nothing is acknowledged that is not on disk. Mend the disk and start it again.',
  },
  'disk-full': {
    retryable: true,
    http: 503,
    text: 'no space left in {dir}',
    fix: 'Free space or enlarge the volume, then start the daemon again.',
  },
  'data-dir-unusable': {
    retryable: false,
    http: 500,
    text: 'the data directory {dir} cannot be used: {problem}',
    fix: 'Create it, owned by this user and writable.',
  },
  'key-damaged': {
    retryable: false,
    http: 500,
    text: 'the node key {file} is damaged: {problem}',
    fix: 'Restore it from a backup; without it this node is a new peer and has to be listed again.',
  },
  // backup
  'backup-damaged': {
    retryable: false,
    http: 500,
    text: 'the backup {file} is damaged: {problem}',
    fix: 'Take another copy of it, or an older backup; nothing of this one was kept.',
  },
  'backup-newer': {
    retryable: false,
    http: 500,
    text: 'the backup {file} has format {found}, this build reads up to {known}',
    fix: 'Run a build at least as new as the one that made it.',
  },
  'file-exists': {
    retryable: false,
    http: 409,
    text: '{file} is there already',
    fix: 'Name another file, or replace it with --force.',
  },
  'file-unusable': {
    retryable: false,
    http: 500,
    text: 'the file {file} cannot be used: {problem}',
    fix: 'Check its path, the room there, and that this user may read and write it.',
  },
  'data-dir-not-empty': {
    retryable: false,
    http: 409,
    text: 'the data directory {dir} is not empty: it has {found}',
    fix: 'Name a new or an empty one: what is there is never overwritten.',
  },
  interrupted: {
    retryable: true,
    http: 503,
    text: '{what} was interrupted',
    fix: 'Nothing half is left behind; call it again.',
  },
  // wire
  'frame-malformed': {
    retryable: false,
    http: 400,
    text: 'a frame from {peer} cannot be read: {problem}',
    fix: 'The peer runs something else or a broken build; its stream is closed.',
  },
  'version-unknown': {
    retryable: false,
    http: 400,
    text: 'wire version {version} is not served here (this build serves {oldest} to {newest})',
    fix: 'Upgrade the older node: versions N and N-1 speak with one another.',
  },
  'record-too-large': {
    retryable: false,
    http: 413,
    text: 'a record of {bytes} bytes is over the limit of {limit}',
    fix: 'Larger bodies belong into blobs.',
  },
  'blob-too-large': {
    retryable: false,
    http: 413,
    text: 'a body of {bytes} bytes is over the limit of {limit}',
    fix: 'Send it in parts, or leave out what nobody reads.',
  },
  'blob-missing': {
    retryable: true,
    http: 404,
    text: 'no node at hand has the blob {blob}',
    fix: 'Wait until the node that took it in is back: `mindmesh peers` shows who is away.',
  },
  'record-invalid': {
    retryable: false,
    http: 500,
    text: 'a {type} record of this node does not fit its schema: {problem}',
    fix: 'Nobody could read it, so it is not written; please report it.',
  },
  'chain-broken': {
    retryable: false,
    http: 409,
    text: 'records from {peer} for {log} do not lead to the signed head at {length}',
    fix: 'The batch is dropped and fetched from somebody else.',
  },
  'head-forged': {
    retryable: false,
    http: 403,
    text: 'the head of {log} at {length} is not signed by its origin',
    fix: 'The batch is dropped; look at the peer {peer} that sent it.',
  },
  'head-forked': {
    retryable: false,
    http: 409,
    text: 'two signed heads of {log} disagree at {length}',
    fix: 'The log is quarantined: somebody runs two nodes with one key, or restored a copy while the original ran.',
  },
  'peer-unreachable': {
    retryable: true,
    http: 503,
    text: 'the peer {peer} cannot be reached: {problem}',
    fix: 'It is dialled again by itself; `mindmesh peers` shows since when it is away.',
  },
  'peer-refused': {
    retryable: false,
    http: 403,
    text: 'the peer {peer} is not in the list of this node',
    fix: 'Add its address with its peer id to mesh.peers on both sides.',
  },
  'request-timeout': {
    retryable: true,
    http: 504,
    text: 'the peer {peer} did not answer within {ms} ms',
    fix: 'It is asked again with backoff.',
  },
  // ingest
  'signature-missing': {
    retryable: false,
    http: 403,
    text: 'the webhook carries no signature',
    fix: 'Set the same secret at the sender and in ingest.github.secrets; GitHub then sends X-Hub-Signature-256.',
  },
  'signature-wrong': {
    retryable: false,
    http: 403,
    text: 'the signature does not match any of the configured secrets',
    fix: 'Check the secret at the sender; during a rotation list the old and the new one.',
  },
  'header-missing': {
    retryable: false,
    http: 400,
    text: 'the header {header} is missing or malformed',
    fix: 'Send what GitHub sends: X-GitHub-Event and X-GitHub-Delivery.',
  },
  'body-not-json': {
    retryable: false,
    http: 400,
    text: 'the body is not a JSON object: {problem}',
    fix: 'Send the payload as it is; at GitHub choose the content type application/json.',
  },
  'media-type-unsupported': {
    retryable: false,
    http: 415,
    text: 'the content type {type} is not taken here',
    fix: 'At GitHub choose the content type application/json.',
  },
  'body-too-large': {
    retryable: false,
    http: 413,
    text: 'the body is over {limit} bytes',
    fix: 'GitHub never sends more than 25 MB; split the payload.',
  },
  'body-too-slow': {
    retryable: true,
    http: 408,
    text: 'the body did not arrive within {ms} ms',
    fix: 'Send it again over a faster connection.',
  },
  'payload-invalid': {
    retryable: false,
    http: 400,
    text: 'the payload is not a {event} event: {problem}',
    fix: 'Compare it with the sender’s documentation of that event.',
  },
  'rate-limited': {
    retryable: true,
    http: 429,
    text: 'too many requests from {source}',
    fix: 'Wait {seconds} s, as Retry-After says.',
  },
  'copy-missing': {
    retryable: true,
    http: 503,
    text: 'the event is stored here, and no other node has stored it within {ms} ms',
    fix: 'Send it again after the seconds in Retry-After: it is answered 200 once another node has it. `mindmesh peers` shows who is away.',
  },
  overloaded: {
    retryable: true,
    http: 503,
    text: 'this node takes nothing in right now: {reason}',
    fix: 'Wait for the seconds in Retry-After; what was acknowledged is safe.',
  },
  // work
  'general-unknown': {
    retryable: false,
    http: 404,
    text: 'no general {general} is known in cluster {cluster}',
    fix: '`mindmesh generals` lists the ones that are.',
  },
  'general-not-here': {
    retryable: false,
    http: 404,
    text: 'this node does not offer {general}',
    fix: 'It offers: {offered}.',
  },
  'session-paused': {
    retryable: true,
    http: 409,
    text: '{by} has paused this session',
    fix: '`mindmesh sessions resume EVENT` lets it go on where it is.',
  },
  'session-cancelled': {
    retryable: false,
    http: 409,
    text: '{by} has cancelled this session',
    fix: '`mindmesh replay EVENT` has the same happening worked on as a new event.',
  },
  'approval-wanted': {
    retryable: true,
    http: 409,
    text: 'a person has to approve first: {what}',
    fix: '`mindmesh approvals ls` shows the text and its hash; approve it there, or by a comment `/mindmesh ok HASH`.',
  },
  'queue-full': {
    retryable: true,
    http: 503,
    text: 'the queue of {general} is full ({limit})',
    fix: 'The orchestrator tries the next candidate by itself.',
  },
  'template-failed': {
    retryable: false,
    http: 500,
    text: 'the template {template} cannot be rendered: {problem}',
    fix: 'Templates are strict: every name they use must be in the context.',
  },
  'general-invalid': {
    retryable: false,
    http: 500,
    text: 'the general in {file} cannot be used: {problem}',
    fix: 'Mend that file, or take its folder away; docs/generals.md says what belongs into it, and `mindmesh generals new` writes one that works.',
  },
  // model
  'model-unavailable': {
    retryable: true,
    http: 503,
    text: 'the model {model} cannot be used: {problem}',
    fix: 'Work goes on with offline-rules; check OPENAI_BASE_URL and OPENAI_API_KEY.',
  },
  'model-nonsense': {
    retryable: true,
    http: 502,
    text: 'the model {model} did not answer in the asked form, also after one repair try: {problem}',
    fix: 'Work goes on with offline-rules; use a model that honours json_schema.',
  },
  'budget-exceeded': {
    retryable: false,
    http: 429,
    text: 'the budget of {whose} does not allow this call of a model: of {limit} {left} are left today, and it may take {wanted}',
    fix: 'Work goes on with offline-rules, or ends. Raise the limit in model.budgets, or wait for midnight UTC; `mindmesh usage` shows what was spent.',
  },
  // effects
  'effect-unserved': {
    retryable: false,
    http: 501,
    text: 'this node cannot do an effect of kind {kind}',
    fix: 'Configure what it needs: comments, for one, want github.token or github.app.',
  },
  'effect-invalid': {
    retryable: false,
    http: 500,
    text: 'an effect of kind {kind} cannot be written as it was given: {problem}',
    fix: 'This is a bug; please report it.',
  },
  'effect-conflict': {
    retryable: false,
    http: 409,
    text: 'the {kind} {key} cannot be made: {problem}',
    fix: 'Something else stands in its place; look at it and take it away, or leave it.',
  },
  // repositories, and what of them is run
  'embeddings-unavailable': {
    retryable: true,
    http: 503,
    text: 'the embeddings of {model} cannot be had: {problem}',
    fix: 'Retrieval goes on by words alone; check the address and the name of that model.',
  },
  'git-failed': {
    retryable: true,
    http: 502,
    text: 'git {what} failed: {problem}',
    fix: 'It is tried again; check that git is installed, that the repository is there, and that the credential may read and write it.',
  },
  'git-conflict': {
    retryable: false,
    http: 409,
    text: 'the branch {branch} is not at {expected} any more',
    fix: 'Somebody else moved it; look at what is there. Nothing of it was overwritten.',
  },
  'path-outside': {
    retryable: false,
    http: 400,
    text: 'the path {path} is not one of the repository: {problem}',
    fix: 'Name a file below the root of the repository, with `/` between folders, not through a link and not in .git.',
  },
  'workspace-full': {
    retryable: false,
    http: 413,
    text: 'the workspace of {repository} is over its limit: {problem}',
    fix: 'Change less at once, or work on this repository outside the mesh.',
  },
  'sandbox-missing': {
    retryable: false,
    http: 501,
    text: 'commands of a repository cannot be run safely here: {problem}',
    fix: 'Install bubblewrap (apt-get install bubblewrap) and prlimit (util-linux), and allow user namespaces; without them nothing of a repository is run.',
  },
  'edit-refused': {
    retryable: false,
    http: 422,
    text: 'the edit of {path} does not fit: {problem}',
    fix: 'Quote the lines that are there now, exactly and long enough to be found once, or give the whole file.',
  },
  // GitHub
  'github-unauthorized': {
    retryable: false,
    http: 502,
    text: 'GitHub does not know who asks ({request}): {problem}',
    fix: 'Check github.token, or github.app with its private key: expired, revoked, or of another server than github.baseUrl.',
  },
  'github-forbidden': {
    retryable: false,
    http: 502,
    text: 'GitHub does not allow {request}: {problem}',
    fix: 'Give the token or the App the permission that GitHub’s page of this request names.',
  },
  'github-not-found': {
    retryable: false,
    http: 502,
    text: 'GitHub has nothing at {request}, or hides it from this token: {problem}',
    fix: 'Check the name, and that the token or the App may read it: GitHub answers 404 for what it hides.',
  },
  'github-refused': {
    retryable: false,
    http: 502,
    text: 'GitHub refuses {request} with {status}: {problem}',
    fix: 'Compare it with GitHub’s page of this request.',
  },
  'github-rate-limited': {
    retryable: true,
    http: 503,
    text: 'GitHub takes no more requests for {seconds} s ({request})',
    fix: 'It is asked again later; an App has a higher limit than a token.',
  },
  'github-unavailable': {
    retryable: true,
    http: 503,
    text: 'GitHub cannot be asked ({request}): {problem}',
    fix: 'It is asked again later; check github.baseUrl and the way there if it stays so.',
  },
  'github-nonsense': {
    retryable: true,
    http: 502,
    text: 'GitHub’s answer to {request} is not what its documentation says: {problem}',
    fix: 'Check that github.baseUrl is the address of the REST API; at an Enterprise Server it ends in /api/v3.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** The names between braces in a text. */
type FactNames<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | FactNames<Rest> : never;

/** The facts a code wants: each name in its text or fix. */
export type Facts<C extends ErrorCode> = {
  readonly [K in FactNames<(typeof ERRORS)[C]['text']> | FactNames<(typeof ERRORS)[C]['fix']>]: string | number;
};

export class MeshError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(code: C, facts: Facts<C>, options?: { cause?: unknown }) {
    super(fill(ERRORS[code].text, facts), options);
    this.name = 'MeshError';
    this.code = code;
    this.facts = facts;
  }

  /** What the reader can do, in one sentence. */
  get fix(): string {
    return fill(ERRORS[this.code].fix, this.facts);
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  get http(): number {
    return ERRORS[this.code].http;
  }
}

/** Any thrown thing as a MeshError; what is none of ours becomes `internal` with its trail kept. */
export function asMeshError(error: unknown): MeshError {
  if (error instanceof MeshError) return error;
  return new MeshError('internal', { problem: messageOf(error) }, { cause: error });
}

/** An error that came as plain data, from another thread or out of a record. */
export function errorOf(code: ErrorCode, facts: Readonly<Record<string, string | number>>): MeshError {
  return new MeshError(code, facts as Facts<ErrorCode>);
}

export function hasCode<C extends ErrorCode>(error: unknown, code: C): error is MeshError<C> {
  return error instanceof MeshError && error.code === code;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fill(text: string, facts: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}
