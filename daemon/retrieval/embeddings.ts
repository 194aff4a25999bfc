import * as z from 'zod';
import { MeshError, messageOf } from '../../protocols/errors.ts';

/** Turns texts into vectors of one length, each of length one. */
export interface Embedder {
  /** @throws MeshError `embeddings-unavailable` */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

export interface EmbeddingsOptions {
  /** With `/v1`, as OPENAI_BASE_URL. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
}

/** Texts in one request: servers refuse more than a few hundred, and a batch must fit their context. */
const BATCH = 32;

const AnswerSchema = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })) });

/** `POST /v1/embeddings`. https://platform.openai.com/docs/api-reference/embeddings */
export class OpenAiEmbedder implements Embedder {
  readonly #options: EmbeddingsOptions;

  constructor(options: EmbeddingsOptions) {
    this.#options = options;
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += BATCH)
      vectors.push(...(await this.#ask(texts.slice(from, from + BATCH))));
    return vectors;
  }

  async #ask(input: readonly string[]): Promise<Float32Array[]> {
    const { baseUrl, model, apiKey, timeoutMs } = this.#options;
    try {
      const answer = await fetch(`${baseUrl.replace(/\/$/, '')}/embeddings`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        // Servers of others answer base64 by default, or not at all without it.
        body: JSON.stringify({ model, input, encoding_format: 'float' }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!answer.ok) throw new MeshError('embeddings-unavailable', { model, problem: `status ${answer.status}` });
      return vectorsOf(await answer.json(), input.length, model);
    } catch (error) {
      if (error instanceof MeshError) throw error;
      throw new MeshError('embeddings-unavailable', { model, problem: messageOf(error) }, { cause: error });
    }
  }
}

/** In the order of the texts, whatever the order of the answer. */
function vectorsOf(answer: unknown, wanted: number, model: string): Float32Array[] {
  const { data } = AnswerSchema.parse(answer);
  const byIndex = new Map(data.map(({ index, embedding }) => [index, unit(embedding)]));
  const vectors = Array.from({ length: wanted }, (_, index) => byIndex.get(index)).filter(
    (vector) => vector !== undefined,
  );
  if (vectors.length === wanted) return vectors;
  throw new MeshError('embeddings-unavailable', { model, problem: `${vectors.length} vectors for ${wanted} texts` });
}

function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
}
