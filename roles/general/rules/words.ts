import type { Severity } from '../../../protocols/event.ts';
import { secretKinds } from '../../policy/redact.ts';
import { listed, type Signal, type SignalId, signal } from './signal.ts';
import type { TextPart } from './texts.ts';

interface WordRule {
  readonly id: SignalId;
  readonly severity: Severity;
  readonly title: string;
  /** Global and without case; its whole match is told as evidence. */
  readonly words: RegExp;
}

const RULES: readonly WordRule[] = [
  {
    id: 'weakness',
    severity: 'high',
    title: 'A weakness is named',
    words:
      /\b(CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}|CWE-\d+|vulnerabilit(?:y|ies)|exploit(?:s|ed|able)?|(?:sql|command|code|html|template) injection|XSS|CSRF|SSRF|RCE|path traversal|privilege escalation|auth(?:entication)? bypass|deserialization)\b/gi,
  },
  {
    id: 'breaking',
    severity: 'medium',
    title: 'A breaking change is announced',
    words:
      /\b(BREAKING[ -]CHANGES?|backwards?[ -]incompatib\w+|incompatible change|(?:drops?|removes?) support|deprecat(?:es|ed|ion|ions))\b|^[a-z]+(?:\([\w./-]+\))?!:/gim,
  },
  {
    id: 'unfinished',
    severity: 'low',
    title: 'It calls itself unfinished',
    words:
      /\b(WIP|work in progress|TODO|FIXME|XXX|do not merge|don't merge|temporary|quick[ -]fix|hack(?:y|ish)?|workaround|fixup!|squash!)(?=\W|$)/gi,
  },
  {
    id: 'bypass',
    severity: 'medium',
    title: 'A check is passed over',
    words:
      /(\[(?:skip ci|ci skip|no ci)\]|--no-verify|\b(?:eslint|tslint|pylint|biome|noqa|rubocop)[ -:]?(?:disable|ignore)\b|@ts-ignore|\b(?:disabl(?:e|es|ed|ing)|skip(?:s|ped|ping)?|comment(?:s|ed|ing)? out) (?:(?:the|a|some|flaky|failing|all) ){0,3}(?:tests?|checks?|ci|lint(?:er|ing)?|validation|verification|signature|tls|ssl|auth\w*)\b)/gi,
  },
  {
    id: 'damage',
    severity: 'high',
    title: 'Damage is reported',
    words:
      /\b(prod(?:uction)? (?:is )?(?:down|broken)|production outage|data loss|lost (?:data|orders|payments)|(?:customers?|users?) (?:cannot|can't|can not) (?:pay|log ?in|check ?out|order)|sev-?[01])\b/gi,
  },
  {
    id: 'urgent',
    severity: 'medium',
    title: 'It calls itself urgent',
    words:
      /\b(urgent(?:ly)?|asap|emergency|hot-?fix(?:es)?|outage|production (?:is )?(?:down|broken)|prod down|data loss|sev-?[01]|p0|critical(?:ly)?|blocker|immediately)\b/gi,
  },
  {
    id: 'performance',
    severity: 'low',
    title: 'It speaks of performance or capacity',
    words:
      /\b(slow(?:er|ness|ly)?|latenc(?:y|ies)|time[ds]?[ -]?outs?|memory leaks?|out of memory|OOM(?:Killed)?|throughput|performance|cpu usage|deadlocks?|race conditions?|bottlenecks?|cach(?:e|es|ing)|n\+1)(?=\W|$)/gi,
  },
  {
    id: 'revert',
    severity: 'low',
    title: 'It takes something back',
    words: /\b(reverts?|reverted|reverting|roll(?:s|ed|ing)?[ -]?backs?)\b/gi,
  },
  {
    id: 'compliance',
    severity: 'low',
    title: 'Licences or personal data are named',
    words:
      /\b(GDPR|DSGVO|HIPAA|PCI[ -]DSS|SOC ?2|personal data|PII|licen[cs]e change|re-?licens\w+|A?GPL(?:-\d[\w.-]*)?)\b/gi,
  },
  {
    id: 'steering',
    severity: 'high',
    title: 'A text addresses automatic readers',
    words:
      /\b((?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier|preceding) (?:instructions?|prompts?|messages?|rules)|you are now (?:a|an|the|in)\b|(?:reveal|print|show|repeat) (?:your|the) (?:system )?prompt|new instructions? for (?:the )?(?:ai|assistant|agent|model|bot)|as an ai (?:agent|assistant|model)|(?:ai|llm) agents? (?:must|should|shall))/gi,
  },
];

export function wordSignals(texts: readonly TextPart[]): Signal[] {
  return [...RULES.flatMap((rule) => found(rule, texts)), ...secretSignals(texts)];
}

function found({ id, severity, title, words }: WordRule, texts: readonly TextPart[]): Signal[] {
  const matches = texts.flatMap(({ where, text }) =>
    [...text.matchAll(words)].map((match) => ({ where, word: match[0].trim().toLowerCase() })),
  );
  if (matches.length === 0) return [];
  const said = [...new Set(matches.map(({ word }) => `“${word}”`))];
  const places = [...new Set(matches.map(({ where }) => where))];
  return [signal(id, severity, title, `${listed(said)} in ${listed(places, 3)}`, places[0])];
}

function secretSignals(texts: readonly TextPart[]): Signal[] {
  const seen = texts.flatMap(({ where, text }) => secretKinds(text).map((kind) => ({ where, kind })));
  if (seen.length === 0) return [];
  const detail = listed(seen.map(({ where, kind }) => `${kind} in ${where}`));
  return [
    signal(
      'secret-in-text',
      'critical',
      'A text seems to hold a secret',
      `By its form: ${detail}. The value is left out here.`,
      seen[0]?.where,
    ),
  ];
}
