/** Values of a GGUF file's header, with the numbers of their types: github.com/ggml-org/ggml, docs/gguf.md. */
export type GgufValue =
  | { readonly type: 'u32'; readonly value: number }
  | { readonly type: 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'f32s'; readonly value: readonly number[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

export interface Tensor {
  readonly name: string;
  /** The length of a row first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const ALIGNMENT = 32;
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const F32_TENSOR = 0;

/** A model file of version 3 with tensors of 32-bit floats. */
export function ggufFile(header: Readonly<Record<string, GgufValue>>, tensors: readonly Tensor[]): Uint8Array {
  const values = Object.entries(header);
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(values.length)];
  for (const [key, value] of values) parts.push(text(key), ...encode(value));
  let offset = 0;
  for (const { name, shape, values: numbers } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(F32_TENSOR), u64(offset));
    offset += aligned(numbers.byteLength);
  }
  const head = padded(Buffer.concat(parts));
  return Buffer.concat([head, ...tensors.map(({ values: numbers }) => padded(Buffer.from(numbers.buffer)))]);
}

function encode(value: GgufValue): Buffer[] {
  switch (value.type) {
    case 'u32':
      return [u32(TYPES.u32), u32(value.value)];
    case 'f32':
      return [u32(TYPES.f32), f32(value.value)];
    case 'bool':
      return [u32(TYPES.bool), Buffer.from([value.value ? 1 : 0])];
    case 'string':
      return [u32(TYPES.string), text(value.value)];
    case 'strings':
      return [u32(TYPES.array), u32(TYPES.string), u64(value.value.length), ...value.value.map(text)];
    case 'f32s':
      return [u32(TYPES.array), u32(TYPES.f32), u64(value.value.length), ...value.value.map(f32)];
    case 'i32s':
      return [u32(TYPES.array), u32(TYPES.i32), u64(value.value.length), ...value.value.map(i32)];
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
