import { type GgufValue, ggufFile, type Tensor } from './gguf.ts';

/**
 * A language model of half a megabyte that has learnt nothing: real weights, a real vocabulary of bytes, real decoding. What it
 * says makes no sense, which is what a grammar has to cope with.
 */
export function tinyModel(seed = 1): Uint8Array {
  return ggufFile(HEADER, tensors(seed));
}

const WIDTH = 64;
const LAYERS = 2;
const HIDDEN = 128;
const HEADS = 4;
const CONTEXT = 8_192;

/** Kinds of tokens, as llama.cpp numbers them. */
const KIND = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
const SPECIAL = ['<unk>', '<s>', '</s>'];
const BYTES = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
/** How vocabularies of this kind write a blank: without it each would be three bytes. */
const BLANK = '\u2581';
const TOKENS = [...SPECIAL, ...BYTES, BLANK];

/** Each message between marks of its role. */
const CHAT_TEMPLATE =
  "{% for message in messages %}[{{ message['role'] }}]{{ message['content'] }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

const u32 = (value: number): GgufValue => ({ type: 'u32', value });

const HEADER: Readonly<Record<string, GgufValue>> = {
  'general.architecture': { type: 'string', value: 'llama' },
  'general.name': { type: 'string', value: 'tiny' },
  'llama.context_length': u32(CONTEXT),
  'llama.embedding_length': u32(WIDTH),
  'llama.block_count': u32(LAYERS),
  'llama.feed_forward_length': u32(HIDDEN),
  'llama.attention.head_count': u32(HEADS),
  'llama.attention.head_count_kv': u32(HEADS),
  'llama.attention.layer_norm_rms_epsilon': { type: 'f32', value: 1e-5 },
  'llama.rope.dimension_count': u32(WIDTH / HEADS),
  'llama.vocab_size': u32(TOKENS.length),
  'tokenizer.ggml.model': { type: 'string', value: 'llama' },
  'tokenizer.ggml.tokens': { type: 'strings', value: TOKENS },
  'tokenizer.ggml.scores': { type: 'f32s', value: TOKENS.map(() => 0) },
  'tokenizer.ggml.token_type': {
    type: 'i32s',
    value: TOKENS.map(kindOf),
  },
  'tokenizer.ggml.unknown_token_id': u32(0),
  'tokenizer.ggml.bos_token_id': u32(1),
  'tokenizer.ggml.eos_token_id': u32(2),
  'tokenizer.ggml.add_space_prefix': { type: 'bool', value: false },
  'tokenizer.chat_template': { type: 'string', value: CHAT_TEMPLATE },
};

function kindOf(token: string, at: number): number {
  if (at === 0) return KIND.unknown;
  if (at < SPECIAL.length) return KIND.control;
  return token === BLANK ? KIND.normal : KIND.byte;
}

function tensors(seed: number): Tensor[] {
  const random = normal(seed);
  const matrix = (name: string, shape: readonly [number, number]): Tensor => {
    const values = Float32Array.from({ length: shape[0] * shape[1] }, () => random() / Math.sqrt(shape[0]));
    return { name: `${name}.weight`, shape, values };
  };
  const ones = (name: string): Tensor => ({
    name: `${name}.weight`,
    shape: [WIDTH],
    values: new Float32Array(WIDTH).fill(1),
  });
  const layer = (i: number): Tensor[] => [
    ones(`blk.${i}.attn_norm`),
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => matrix(`blk.${i}.${name}`, [WIDTH, WIDTH])),
    ones(`blk.${i}.ffn_norm`),
    matrix(`blk.${i}.ffn_gate`, [WIDTH, HIDDEN]),
    matrix(`blk.${i}.ffn_up`, [WIDTH, HIDDEN]),
    matrix(`blk.${i}.ffn_down`, [HIDDEN, WIDTH]),
  ];
  return [
    leaning(matrix('token_embd', [WIDTH, TOKENS.length]), () => LEAN),
    ...Array.from({ length: LAYERS }, (_, i) => layer(i)).flat(),
    ones('output_norm'),
    leaning(matrix('output', [WIDTH, TOKENS.length]), wishFor),
  ];
}

/** Larger than anything the layers add: this channel of every token is the same, so that the last matrix can lean on it. */
const LEAN = 8;

/** Letters and marks are likelier than what is no text at all, and ends of strings and lists likelier than letters. */
function wishFor(token: number): number {
  if (TOKENS[token] === BLANK) return 0;
  const byte = token - SPECIAL.length;
  if (byte < 0x20 || byte > 0x7e) return -2;
  return '"}],'.includes(String.fromCharCode(byte)) ? 0.25 : 0;
}

function leaning(tensor: Tensor, wish: (row: number) => number): Tensor {
  const values = tensor.values.map((value, i) => (i % WIDTH === 0 ? wish(i / WIDTH) : value));
  return { ...tensor, values };
}

/** Box–Muller over mulberry32: the same weights for the same seed on every machine. */
function normal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 1) / (2 ** 32 + 1);
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
