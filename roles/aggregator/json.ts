/** Reading of parsed JSON whose shape nobody has promised: every reader takes anything and says what it found, never throws. */
export type JsonObject = { readonly [key: string]: unknown };

const EMPTY: JsonObject = {};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a key; an empty one where there is none, so that readers of optional parts need no branches. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isObject(value) ? value : EMPTY;
}

export function listAt(parent: JsonObject, key: string): readonly unknown[] {
  const value = parent[key];
  return Array.isArray(value) ? value : [];
}

export function objectsAt(parent: JsonObject, key: string): readonly JsonObject[] {
  return listAt(parent, key).filter(isObject);
}

/** The text under a key; empty where there is none. */
export function textAt(parent: JsonObject, key: string): string {
  const value = parent[key];
  return typeof value === 'string' ? value : '';
}

/** A whole number from 0 on that JavaScript holds exactly. */
export function countAt(parent: JsonObject, key: string): number | undefined {
  const value = parent[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** True only where the payload says true. */
export function flagAt(parent: JsonObject, key: string): boolean {
  return parent[key] === true;
}
