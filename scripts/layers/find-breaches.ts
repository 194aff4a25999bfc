import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { SourceFile } from './read-source.ts';
import { type LayerRules, OWN, type Room } from './rules.ts';

export const BreachKind = {
  roomless: 'lies in no room of scripts/layers/rules.ts',
  index: 'is an index file: import the file that holds the thing',
  computed: 'imports what is only known at run time',
  direction: 'may not import this part',
  builtin: 'may not import this part of Node: it comes through roles/ports/',
  homeless: 'imports a package that has no home in scripts/layers/rules.ts',
  home: 'imports a package that has its home elsewhere',
  ambient: 'takes time, chance or the outside without a port of roles/ports/',
} as const;

export interface Breach {
  readonly kind: keyof typeof BreachKind;
  readonly file: string;
  /** Line of the import or use; 1 for the file as a whole. */
  readonly line: number;
  /** What was imported or used. */
  readonly what: string;
}

/** Every breach of the rules, in the order of the files. */
export function findBreaches(files: readonly SourceFile[], rules: LayerRules): Breach[] {
  return files.flatMap((source) => {
    const room = rules.rooms.find(({ path }) => startOf(path, source.file) !== undefined);
    if (room === undefined) return [{ kind: 'roomless', file: source.file, line: 1, what: source.file } as const];
    return [...checkName(source), ...checkImports(source, room, rules), ...checkAmbient(source, room)];
  });
}

export function describeBreach({ kind, file, line, what }: Breach): string {
  return `${file}:${line} ${BreachKind[kind]}: ${what}`;
}

function checkName({ file }: SourceFile): Breach[] {
  return /(^|\/)index\.[a-z]+$/.test(file) ? [{ kind: 'index', file, line: 1, what: file }] : [];
}

function checkAmbient({ file, ambient }: SourceFile, room: Room): Breach[] {
  return room.pure ? ambient.map(({ name, line }) => ({ kind: 'ambient', file, line, what: name })) : [];
}

function checkImports({ file, imports }: SourceFile, room: Room, rules: LayerRules): Breach[] {
  return imports.flatMap(({ specifier, line }) => {
    const kind = specifier === undefined ? judgeComputed(file, rules) : judgeImport(file, specifier, room, rules);
    return kind === undefined ? [] : [{ kind, file, line, what: specifier ?? 'import(…)' }];
  });
}

function judgeComputed(file: string, rules: LayerRules): Breach['kind'] | undefined {
  return rules.computed.includes(file) ? undefined : 'computed';
}

function judgeImport(file: string, specifier: string, room: Room, rules: LayerRules): Breach['kind'] | undefined {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    return mayImport(file, target, room) ? undefined : 'direction';
  }
  if (isBuiltin(specifier)) return !room.pure || rules.pureBuiltins.includes(specifier) ? undefined : 'builtin';
  if (isUnder(file, rules.anyPackage)) return undefined;
  const homes = rules.homes[packageOf(specifier)] ?? rules.homes[`${specifier.split('/')[0]}/*`];
  if (homes === undefined) return 'homeless';
  return isUnder(file, homes) ? undefined : 'home';
}

function mayImport(file: string, target: string, room: Room): boolean {
  const own = startOf(room.path, file) ?? file;
  const allowed = room.imports.map((path) => (path === OWN ? own : path));
  return isUnder(target, allowed) && !isUnder(target, room.except ?? []);
}

/** `@scope/name` of `@scope/name/deep`, `name` of `name/deep`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function isUnder(path: string, starts: readonly string[]): boolean {
  return starts.some((start) => path.startsWith(start));
}

/** The beginning of `file` that `path` describes, its `*` filled in; undefined when the file lies elsewhere. */
function startOf(path: string, file: string): string | undefined {
  const [before = '', after] = path.split('*');
  if (!file.startsWith(before)) return undefined;
  if (after === undefined) return before;
  const name = file.slice(before.length).split('/', 1)[0] ?? '';
  const start = `${before}${name}${after}`;
  return file.startsWith(start) ? start : undefined;
}
