import * as z from 'zod';
import { SECTIONS } from './config.ts';
import type { Flag, Variable } from './section.ts';
import { TAKES } from './values.ts';

/** One key of the configuration, as the documentation and `config explain` show it. */
export interface KeyInfo {
  /** Dotted; `[]` stands for one item of a list. */
  readonly key: string;
  readonly help: string;
  /** What may stand there. */
  readonly takes: string;
  /** As people write it; undefined when nothing is set by default. */
  readonly fallback: unknown;
  readonly variables: readonly Variable[];
  readonly flags: readonly Flag[];
}

/** Every key that can be set by itself, in the order of the documentation. */
export function settableKeys(): readonly KeyInfo[] {
  return allKeys().filter(({ key }) => !key.includes('[]'));
}

/** Those, and the keys inside the items of lists. */
export function allKeys(): readonly KeyInfo[] {
  return SECTIONS.flatMap((section) => keysBelow(section.name, section.schema));
}

/** The names that may stand at a path of the file; undefined where none may. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] | undefined {
  const [top, ...rest] = path;
  if (top === undefined) return SECTIONS.map(({ name }) => name);
  let schema: z.ZodType | undefined = SECTIONS.find(({ name }) => name === top)?.schema;
  for (const part of rest) {
    if (schema === undefined) return undefined;
    schema = typeof part === 'number' ? itemOf(schema) : shapeOf(schema)?.[String(part)];
  }
  return schema && Object.keys(shapeOf(schema) ?? {});
}

function keysBelow(key: string, schema: z.ZodType): KeyInfo[] {
  const shape = shapeOf(schema);
  if (shape !== undefined && takesOf(schema) === undefined) {
    return Object.entries(shape).flatMap(([name, child]) => keysBelow(`${key}.${name}`, child));
  }
  const item = itemOf(schema);
  const itemShape = item && takesOf(item) === undefined ? shapeOf(item) : undefined;
  const below = Object.entries(itemShape ?? {}).flatMap(([name, child]) => keysBelow(`${key}[].${name}`, child));
  return [infoOf(key, schema), ...below];
}

function infoOf(key: string, schema: z.ZodType): KeyInfo {
  return {
    key,
    help: layersOf(schema).find((layer) => layer.description !== undefined)?.description ?? '',
    takes: describeTakes(schema),
    fallback: layersOf(schema)
      .map((layer) =>
        layer instanceof z.ZodDefault || layer instanceof z.ZodPrefault ? layer.def.defaultValue : undefined,
      )
      .find((value) => value !== undefined),
    variables: SECTIONS.flatMap(({ variables }) => variables.filter((variable) => variable.key === key)),
    flags: SECTIONS.flatMap(({ flags }) => flags.filter((flag) => flag.key === key)),
  };
}

function describeTakes(schema: z.ZodType): string {
  const own = takesOf(schema);
  if (own !== undefined) return own;
  const core = coreOf(schema);
  if (core instanceof z.ZodEnum) return core.options.join(' | ');
  if (core instanceof z.ZodArray) return `list of ${describeTakes(itemOf(core) ?? core)}`;
  if (core instanceof z.ZodBoolean) return 'true | false';
  if (core instanceof z.ZodNumber) return 'number';
  return core instanceof z.ZodObject ? 'mapping' : 'text';
}

function takesOf(schema: z.ZodType): string | undefined {
  return layersOf(schema)
    .map((layer) => TAKES.get(layer)?.takes)
    .find((takes) => takes !== undefined);
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const core = coreOf(schema);
  return core instanceof z.ZodObject ? core.shape : undefined;
}

function itemOf(schema: z.ZodType): z.ZodType | undefined {
  const core = coreOf(schema);
  return core instanceof z.ZodArray && core.element instanceof z.ZodType ? core.element : undefined;
}

function coreOf(schema: z.ZodType): z.ZodType {
  return layersOf(schema).at(-1) ?? schema;
}

/** A schema and what it wraps: defaults, optionals, and of a transform the side that people write. */
function layersOf(schema: z.ZodType): z.ZodType[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodType ? [schema, ...layersOf(inner)] : [schema];
}

function unwrap(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.unwrap();
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional) return schema.unwrap();
  if (schema instanceof z.ZodPipe) return schema.in instanceof z.ZodTransform ? schema.out : schema.in;
  return undefined;
}
