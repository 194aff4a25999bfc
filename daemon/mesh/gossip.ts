import { type GossipSub, type Message, TopicValidatorResult } from '@libp2p/gossipsub';
import type { Stream } from '@libp2p/interface';
import { messageOf } from '../../protocols/errors.ts';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import { LIMITS, TOPICS, type Topic } from '../../protocols/names.ts';
import { type GossipMessages, judge, type Verdict } from '../../protocols/verdicts.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Admission } from './admission.ts';
import { packGossip, unpackGossip } from './gossip-bytes.ts';
import { GRAYLIST_SCORE } from './libp2p-settings.ts';

type Listeners = { readonly [T in Topic]: ((from: PeerId, message: GossipMessages[T]) => void)[] };

export interface GossipParts {
  readonly admission: Admission;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

/** Hints to every node of the org. Nothing here is kept, repeated or repaired: the log is what repairs. */
export class Gossip {
  readonly #self: PeerId;
  readonly #parts: GossipParts;
  readonly #listeners: Listeners = { [TOPICS.heads]: [], [TOPICS.presence]: [] };
  #service: GossipSub | undefined;

  constructor(options: { readonly self: PeerId }, parts: GossipParts) {
    this.#self = options.self;
    this.#parts = parts;
  }

  on<T extends Topic>(topic: T, listener: (from: PeerId, message: GossipMessages[T]) => void): void {
    this.#listeners[topic].push(listener);
  }

  /** Validators before the node listens, subscriptions once it does: gossipsub takes them in no other order. */
  prepare(service: GossipSub): void {
    for (const topic of Object.values(TOPICS)) {
      service.topicValidators.set(topic, (source, message) => this.#validate(topic, source.toString(), message));
    }
  }

  start(service: GossipSub): void {
    for (const topic of Object.values(TOPICS)) service.subscribe(topic);
    this.#service = service;
  }

  stop(): void {
    this.#service = undefined;
  }

  isGossip(stream: Stream): boolean {
    return this.#service?.protocols.includes(stream.protocol) === true;
  }

  /** True when gossipsub ignores the peer for what it sent. The score is in no type of gossipsub. */
  isGraylisted(peer: PeerId): boolean {
    const service = this.#service;
    if (service === undefined || !('getScore' in service) || typeof service.getScore !== 'function') return false;
    const score: unknown = service.getScore(peer);
    return typeof score === 'number' && score < GRAYLIST_SCORE;
  }

  /** Lost, with a warning, above `LIMITS.gossipBytes`: a larger one would cost every receiver its gossip stream. */
  publish<T extends Topic>(topic: T, message: GossipMessages[T]): void {
    const { runtime } = this.#parts;
    const json = Buffer.from(JSON.stringify(message));
    if (json.length > LIMITS.gossipBytes) {
      runtime.log.warn({ topic, bytes: json.length, limit: LIMITS.gossipBytes }, 'gossip too large to publish');
      return;
    }
    this.#service?.publish(topic, packGossip(json)).catch((error: unknown) => {
      runtime.log.debug({ topic, problem: messageOf(error) }, 'gossip lost');
    });
  }

  /** Accepted messages are handed on from here, so that each is decoded once. */
  #validate(topic: Topic, source: string, message: Message): TopicValidatorResult {
    const author = message.type === 'signed' ? message.from.toString() : '';
    const { runtime, meter } = this.#parts;
    const verdict = this.#judge(topic, author, message.data);
    meter.count('mindmesh_gossip_messages_total', { topic, verdict: verdict.verdict });
    if (verdict.verdict === 'accept') {
      this.#deliver(topic, peerIdOf(author), verdict.message);
      return TopicValidatorResult.Accept;
    }
    runtime.log.debug({ topic, source, author, reason: verdict.reason, verdict: verdict.verdict }, 'gossip not taken');
    return verdict.verdict === 'reject' ? TopicValidatorResult.Reject : TopicValidatorResult.Ignore;
  }

  /** Lists of two nodes may differ for a while: an author only we do not know is no offence of who passed it on. */
  #judge<T extends Topic>(topic: T, author: string, bytes: Uint8Array): Verdict<GossipMessages[T]> {
    if (author === this.#self) return { verdict: 'ignore', reason: 'it is our own' };
    if (!this.#parts.admission.isListed(author)) return { verdict: 'ignore', reason: 'nobody lists its author' };
    const json = unpackGossip(bytes);
    if (json === undefined) return { verdict: 'reject', reason: 'it cannot be unpacked' };
    return judge(topic, author, json);
  }

  #deliver<T extends Topic>(topic: T, from: PeerId, message: GossipMessages[T]): void {
    for (const listener of this.#listeners[topic]) {
      try {
        listener(from, message);
      } catch (error) {
        // gossipsub would swallow it and count the message as ignored.
        this.#parts.runtime.log.error({ topic, from, error }, 'gossip listener failed');
      }
    }
  }
}
