import { KINDS, SEVERITIES, TRUST_LEVELS } from '../../protocols/event.ts';
import { USAGE_GROUPS } from '../../protocols/usage-view.ts';
import type { Command } from './command.ts';
import { ASKS_DAEMON, CONFIG_FILE, OUTPUT, WATCHES_DAEMON } from './options.ts';

const KIND = { name: 'kind', type: 'text', choices: KINDS, value: 'KIND', help: 'only this kind of event' } as const;

/** As `roles/operator/event-line.ts` has them. */
export const EVENT_STATES = [
  'received',
  'waiting',
  'offered',
  'accepted',
  'running',
  'failed',
  'done',
  'partly',
  'dead',
];
const STATE = {
  name: 'state',
  type: 'text',
  choices: EVENT_STATES,
  value: 'STATE',
  help: 'only in this state',
} as const;

/** As `roles/operator/task-lines.ts` has them. */
export const TASK_STATES = ['waiting', 'offered', 'accepted', 'running', 'failed', 'done', 'superseded', 'dead'];
const LIMIT = { name: 'limit', short: 'n', type: 'number', value: 'N', help: 'how many', fallback: '100' } as const;
const GENERAL = { name: 'general', type: 'text', value: 'NAME', help: 'only of this general' } as const;
const EVENT = { name: 'event', help: 'id of the event, or the end of one', required: true } as const;
const SLOT = { name: 'slot', help: 'one slot of it; default: all that were given up' } as const;

const SESSION = {
  name: 'event',
  help: 'id of the event, the end of one, or the id of the session',
  required: true,
} as const;
const SESSION_SLOT = { name: 'slot', help: 'one slot of it; default: all that are at work' } as const;
const SUBJECT = { name: 'subject', help: 'issue or pull request, e.g. acme/api#7', required: true } as const;
const HASH = { name: 'hash', help: 'beginning of the hash of the text that is meant, 7 digits or more' } as const;
const BY = { name: 'by', type: 'text', value: 'NAME', help: 'who says so', fallback: '$USER' } as const;

const DATA_DIR = {
  name: 'data-dir',
  type: 'text',
  value: 'DIR',
  help: 'data directory; default: the one of the configuration',
} as const;

/** Every command. What does its work is loaded when it is called, so that `status` never loads libp2p. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    summary: 'run one node until it is asked to leave',
    about:
      'Every key of the configuration has a default; `mindmesh config view` shows what would be taken. ctrl-C drains, a second one ends at once.',
    options: [CONFIG_FILE],
    takesConfig: true,
    examples: [
      ['mindmesh run --config /etc/mindmesh/mindmesh.yaml', 'a node as its file says'],
      ['mindmesh run --role general --general security', 'one general, all else by default'],
    ],
    load: () => import('./run.ts'),
  },
  {
    name: 'dev',
    summary: 'run a small mesh on this machine and push a sample event through it',
    options: [
      { name: 'headless', type: 'switch', help: 'no progress lines' },
      { name: 'no-sample', type: 'switch', help: 'send no sample event' },
      { name: 'keep', type: 'switch', help: 'leave the data where it is at the end' },
      { name: 'ports', type: 'text', choices: ['auto', 'default'], help: 'auto: any free ones', fallback: 'default' },
      { name: 'json', type: 'switch', help: 'one line of JSON when it is ready, for scripts' },
      { name: 'data-dir', type: 'text', value: 'DIR', help: 'keep the state there from one start to the next' },
    ],
    load: () => import('./dev.ts'),
  },
  {
    name: 'status',
    summary: 'the node at a glance, what is wrong and how to mend it',
    options: WATCHES_DAEMON,
    load: () => import('./status.ts'),
  },
  {
    name: 'peers',
    summary: 'the nodes of the mesh as this one sees them',
    options: WATCHES_DAEMON,
    load: () => import('./peers.ts'),
  },
  {
    name: 'ping',
    summary: 'the round trip to a node over the mesh',
    operands: [{ name: 'peer', help: 'name or peer id of the node', required: true }],
    options: [
      { name: 'count', short: 'c', type: 'number', value: 'N', help: 'how often', fallback: '1' },
      ...ASKS_DAEMON,
    ],
    load: () => import('./ping.ts'),
  },
  {
    name: 'routes',
    summary: 'which generals get which events',
    options: WATCHES_DAEMON,
    load: () => import('./routes.ts'),
  },
  {
    name: 'routes test',
    summary: 'where an event would go, and why; nothing is sent',
    operands: [{ name: 'event', help: 'id of an event that happened' }],
    options: [
      { name: 'kind', type: 'text', choices: KINDS, value: 'KIND', help: 'kind of the event' },
      { name: 'repository', type: 'text', value: 'OWNER/NAME', help: 'repository it happened in' },
      { name: 'label', type: 'list', value: 'LABEL', help: 'label of its pull request or issue' },
      { name: 'branch', type: 'text', value: 'BRANCH', help: 'branch it is about', fallback: 'main' },
      {
        name: 'trust',
        type: 'text',
        choices: TRUST_LEVELS,
        help: 'what the actor is to the repository',
        fallback: 'member',
      },
      { name: 'severity', type: 'text', choices: SEVERITIES, help: 'severity of the alert' },
      {
        name: 'payload',
        type: 'text',
        value: 'FILE',
        help: 'a payload instead, of the event that --github-event names',
      },
      { name: 'github-event', type: 'text', value: 'NAME', help: 'name of its event, e.g. pull_request' },
      ...ASKS_DAEMON,
    ],
    examples: [['mindmesh routes test --kind pr_created --repository acme/api', 'a pull request that might be opened']],
    load: () => import('./routes-test.ts'),
  },
  {
    name: 'explain',
    summary: 'where an event went, why, and what came of it',
    operands: [{ name: 'event', help: 'id of the event, or the end of one', required: true }],
    options: WATCHES_DAEMON,
    examples: [['mindmesh explain github:72d3162e-cc78-11e3-81ab-4c9367dc0958', 'its whole story']],
    load: () => import('./explain.ts'),
  },
  {
    name: 'events',
    summary: 'the newest events',
    options: [
      { name: 'limit', short: 'n', type: 'number', value: 'N', help: 'how many', fallback: '50' },
      KIND,
      { name: 'repository', type: 'text', value: 'OWNER/NAME', help: 'only of this repository' },
      STATE,
      ...WATCHES_DAEMON,
    ],
    load: () => import('./events.ts'),
  },
  {
    name: 'events tail',
    summary: 'events as they come and change, until ctrl-C',
    options: [
      KIND,
      { name: 'repository', type: 'text', value: 'OWNER/NAME', help: 'only of this repository' },
      STATE,
      ...ASKS_DAEMON,
    ],
    load: () => import('./events-tail.ts'),
  },
  {
    name: 'events body',
    summary: 'the body of an event as its sender posted it',
    about:
      'Only of events that were too long for a record: `explain` names what was cut. Any node of the org may have it.',
    operands: [EVENT],
    options: ASKS_DAEMON,
    examples: [['mindmesh events body github:72d3162e > payload.json', 'the payload as GitHub sent it']],
    load: () => import('./events-body.ts'),
  },
  {
    name: 'tasks',
    summary: 'what is still to be done, and by whom',
    about: 'The tasks of every event of the org that is not settled; without --state those that have not ended.',
    options: [
      LIMIT,
      { name: 'state', type: 'text', choices: TASK_STATES, value: 'STATE', help: 'only in this state' },
      GENERAL,
      ...WATCHES_DAEMON,
    ],
    examples: [['mindmesh tasks --state waiting', 'work that nobody offers to do']],
    load: () => import('./tasks.ts'),
  },
  {
    name: 'dlq ls',
    summary: 'work that was given up',
    options: [LIMIT, GENERAL, ...WATCHES_DAEMON],
    load: () => import('./dlq-ls.ts'),
  },
  {
    name: 'dlq show',
    summary: 'what of an event was given up, and why',
    operands: [EVENT, SLOT],
    options: ASKS_DAEMON,
    load: () => import('./dlq-show.ts'),
  },
  {
    name: 'dlq retry',
    summary: 'try it anew: the same event, with all its attempts and all its time',
    operands: [EVENT, SLOT],
    options: ASKS_DAEMON,
    examples: [['mindmesh dlq ls -o name | xargs -n 2 mindmesh dlq retry', 'everything that was given up']],
    load: () => import('./dlq-retry.ts'),
  },
  {
    name: 'dlq drop',
    summary: 'list it no more; the log keeps it',
    operands: [EVENT, SLOT],
    options: ASKS_DAEMON,
    load: () => import('./dlq-drop.ts'),
  },
  {
    name: 'replay',
    summary: 'the same happening as a new event, worked on once more',
    about: 'It has an id of its own, names the old one as its cause, and its effects happen again.',
    operands: [EVENT],
    options: [
      { name: 'to', type: 'text', value: 'GENERAL', help: 'only this general, whatever the routes say' },
      { name: 'dry-run', type: 'switch', help: 'only say where it would go' },
      ...ASKS_DAEMON,
    ],
    load: () => import('./replay.ts'),
  },
  {
    name: 'locks',
    summary: 'who writes to which branch, and who waits for it',
    about:
      'A run that writes gets all its branches at once, the oldest first; the home cluster of the repository decides.',
    options: [
      { name: 'repository', type: 'text', value: 'OWNER/NAME', help: 'only of this repository' },
      ...WATCHES_DAEMON,
    ],
    load: () => import('./locks.ts'),
  },
  {
    name: 'usage',
    summary: 'what models took: calls, tokens and money, of the whole organisation',
    about: 'Tokens are the figures of the providers, money is by the prices of the configuration; docs/models.md.',
    options: [
      { name: 'by', type: 'text', choices: USAGE_GROUPS, value: 'WHAT', help: 'added up by', fallback: 'general' },
      { name: 'since', type: 'text', value: 'DAY', help: 'from a day of UTC, or so long ago', fallback: '30d' },
      ...WATCHES_DAEMON,
    ],
    examples: [
      ['mindmesh usage', 'which general took how much in the last thirty days'],
      ['mindmesh usage --by day --since 7d', 'each of the last seven days'],
    ],
    load: () => import('./usage.ts'),
  },
  {
    name: 'sessions ls',
    summary: 'what generals have in hand',
    options: [LIMIT, GENERAL, ...WATCHES_DAEMON],
    load: () => import('./sessions-ls.ts'),
  },
  {
    name: 'sessions show',
    summary: 'one session: where it is, and what it was told',
    operands: [SESSION, { name: 'slot', help: 'one slot of it, where several are at work' }],
    options: WATCHES_DAEMON,
    load: () => import('./sessions-show.ts'),
  },
  {
    name: 'sessions pause',
    summary: 'let it wait after the step it is at; other work of its subject goes on',
    operands: [SESSION, SESSION_SLOT],
    options: [BY, ...ASKS_DAEMON],
    load: () => import('./sessions-pause.ts'),
  },
  {
    name: 'sessions resume',
    summary: 'let a paused one go on where it is',
    operands: [SESSION, SESSION_SLOT],
    options: [BY, ...ASKS_DAEMON],
    load: () => import('./sessions-resume.ts'),
  },
  {
    name: 'sessions cancel',
    summary: 'end it for good; what it did outside stays',
    operands: [SESSION, SESSION_SLOT],
    options: [BY, ...ASKS_DAEMON],
    load: () => import('./sessions-cancel.ts'),
  },
  {
    name: 'sessions steer',
    summary: 'say something to the agent, heard at its next turn',
    operands: [SESSION, { name: 'text', help: 'what is said', required: true }],
    options: [
      { name: 'slot', type: 'text', value: 'SLOT', help: 'only to this slot of the event' },
      BY,
      ...ASKS_DAEMON,
    ],
    examples: [['mindmesh sessions steer 72d3162e "keep the public API as it is"', 'while it works']],
    load: () => import('./sessions-steer.ts'),
  },
  {
    name: 'approvals ls',
    summary: 'what waits for a person',
    options: [{ name: 'all', type: 'switch', help: 'also what was answered' }, LIMIT, ...WATCHES_DAEMON],
    load: () => import('./approvals-ls.ts'),
  },
  {
    name: 'approvals approve',
    summary: 'let it be done: exactly the text that was asked about',
    about: 'The same as the comment `/mindmesh ok HASH` of a member on the issue or pull request.',
    operands: [SUBJECT, HASH],
    options: [BY, ...ASKS_DAEMON],
    examples: [['mindmesh approvals approve acme/api#7 1f0c9a2', 'the text whose hash begins so']],
    load: () => import('./approvals-approve.ts'),
  },
  {
    name: 'approvals deny',
    summary: 'do not let it be done, or take an approval back',
    operands: [SUBJECT, HASH],
    options: [{ name: 'reason', type: 'text', value: 'TEXT', help: 'why, for the record' }, BY, ...ASKS_DAEMON],
    load: () => import('./approvals-deny.ts'),
  },
  {
    name: 'generals',
    summary: 'the generals of every cluster and how busy they are',
    options: WATCHES_DAEMON,
    load: () => import('./generals.ts'),
  },
  {
    name: 'generals new',
    summary: 'a folder for a general of your own, which works at once',
    operands: [{ name: 'called', help: 'its name: small letters, digits and -, e.g. billing-general', required: true }],
    options: [
      {
        name: 'dir',
        type: 'text',
        value: 'DIR',
        help: 'folder of your generals; default: the one of the configuration',
      },
      ...OUTPUT,
      CONFIG_FILE,
    ],
    examples: [['mindmesh generals new billing-general --dir generals', 'writes generals/billing-general']],
    load: () => import('./generals-new.ts'),
  },
  {
    name: 'generals eval',
    summary: 'ask generals the labelled cases of their folders, and say how many answers are as they should be',
    about:
      'Asks the model of the configuration, or the rules where there is none; no daemon is needed and nothing is published. Ends with 1 when a general does not reach the mark that its eval.json names.',
    operands: [{ name: 'which', help: 'generals; default: all that have cases', many: true }],
    options: [
      { name: 'rules', type: 'switch', help: 'the rules, also where a model is configured' },
      ...OUTPUT,
      CONFIG_FILE,
    ],
    takesConfig: true,
    load: () => import('./generals-eval.ts'),
  },
  {
    name: 'emit',
    summary: 'sign a payload and send it as GitHub would',
    about:
      'Without --url and a secret it goes to the running `mindmesh dev`, else to the aggregator of the configuration. Standard input may also be {"id", "name", "payload"} as @octokit/webhooks has it.',
    operands: [{ name: 'payload', help: 'file with the payload, - for standard input' }],
    options: [
      { name: 'event', short: 'e', type: 'text', value: 'NAME', help: 'name of the GitHub event, e.g. pull_request' },
      { name: 'delivery', type: 'text', value: 'ID', help: 'delivery id', fallback: 'a new one' },
      { name: 'url', type: 'text', value: 'URL', help: 'where to send it' },
      { name: 'secret-file', type: 'text', value: 'FILE', help: 'file with the webhook secret' },
      { name: 'secret-env', type: 'text', value: 'NAME', help: 'variable with the webhook secret' },
      ...OUTPUT,
      CONFIG_FILE,
    ],
    examples: [['mindmesh emit --event pull_request payload.json', 'to the running dev mesh']],
    load: () => import('./emit.ts'),
  },
  {
    name: 'keygen',
    summary: "make a node's key where there is none, and print its peer id",
    operands: [{ name: 'file', help: 'key file; default: the one of the configuration' }],
    options: [...OUTPUT, CONFIG_FILE],
    load: () => import('./keygen.ts'),
  },
  {
    name: 'check',
    summary: "read a stopped node's whole store and say what is wrong with it",
    options: [
      { name: 'rebuild', type: 'switch', help: 'make every table anew from the logs, where those are sound' },
      DATA_DIR,
      ...OUTPUT,
      CONFIG_FILE,
    ],
    load: () => import('./check.ts'),
  },
  {
    name: 'backup',
    summary: 'write everything a running node has to one file',
    about:
      'The file holds the logs as they were at the call; tables are made from them again. With --with-keys it holds the node’s private key too: keep it as you keep the key.',
    operands: [{ name: 'file', help: 'where to write it, mode 0600; - for standard output', required: true }],
    options: [
      { name: 'with-keys', type: 'switch', help: 'with the key: the restored node is this one, not a new peer' },
      { name: 'force', type: 'switch', help: 'replace a file that is there' },
      ...ASKS_DAEMON,
    ],
    examples: [['mindmesh backup /var/backups/mindmesh-$(date +%F).gz', 'while the node runs']],
    load: () => import('./backup.ts'),
  },
  {
    name: 'restore',
    summary: 'make a data directory out of a backup',
    about:
      'All of it is checked first: its sum, every chain, every signature. A directory with something in it is left alone.',
    operands: [{ name: 'file', help: 'the backup, - for standard input', required: true }],
    options: [DATA_DIR, ...OUTPUT, CONFIG_FILE],
    examples: [['mindmesh restore mindmesh.gz --data-dir /var/lib/mindmesh', 'onto a new disk']],
    load: () => import('./restore.ts'),
  },
  {
    name: 'config view',
    summary: 'every value of the configuration and where it came from',
    options: [
      { name: 'changed', type: 'switch', help: 'only what is not the default' },
      { name: 'running', type: 'switch', help: 'what the running daemon has taken' },
      ...ASKS_DAEMON,
    ],
    load: () => import('./config-view.ts'),
  },
  {
    name: 'config validate',
    summary: 'check file, variables and secrets; starts nothing',
    options: [...OUTPUT, CONFIG_FILE],
    load: () => import('./config-validate.ts'),
  },
  {
    name: 'config explain',
    summary: 'one key: what it takes, where its value came from',
    operands: [{ name: 'key', help: 'dotted key, e.g. mesh.port', required: true }],
    options: [...OUTPUT, CONFIG_FILE],
    load: () => import('./config-explain.ts'),
  },
  {
    name: 'config docs',
    summary: 'the reference of every key, as Markdown',
    load: () => import('./config-docs.ts'),
  },
  {
    name: 'completion',
    summary: 'a script that completes commands and options in your shell',
    operands: [{ name: 'shell', help: 'your shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
    examples: [
      ['source <(mindmesh completion bash)', 'for this shell'],
      ['mindmesh completion fish > ~/.config/fish/completions/mindmesh.fish', 'for good'],
    ],
    load: () => import('./completion.ts'),
  },
  {
    name: 'version',
    summary: 'the version of this build',
    options: OUTPUT,
    load: () => import('./version.ts'),
  },
];
