/**
 * Patterns for repositories and branches: `*` is any text without `/`, `**` any text, `?` one character but `/`.
 * Written here and not taken from a library, because names come from strangers: this walks name and pattern once, side by
 * side, while a pattern turned into a regular expression can be made to backtrack. Braces, classes and negation are left out.
 */
type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'one' | 'some' | 'any' };

export function matchesGlob(pattern: string, name: string): boolean {
  const tokens = tokensOf(pattern);
  // Places in the pattern that the name read so far can have led to: at most pattern length, so cost is pattern × name.
  let places = withSkips(new Set([0]), tokens);
  for (const char of name) {
    places = withSkips(advance(places, tokens, char), tokens);
    if (places.size === 0) return false;
  }
  return places.has(tokens.length);
}

function tokensOf(pattern: string): Token[] {
  const parts = pattern.match(/\*\*+|\*|\?|[^*?]/gu) ?? [];
  return parts.map((part) => {
    if (part === '?') return { kind: 'one' };
    if (part === '*') return { kind: 'some' };
    return part.startsWith('**') ? { kind: 'any' } : { kind: 'text', text: part };
  });
}

function advance(places: ReadonlySet<number>, tokens: readonly Token[], char: string): Set<number> {
  const next = new Set<number>();
  for (const place of places) {
    const token = tokens[place];
    if (token !== undefined && takes(token, char)) next.add(isStar(token) ? place : place + 1);
  }
  return next;
}

function takes(token: Token, char: string): boolean {
  if (token.kind === 'text') return token.text === char;
  return token.kind === 'any' || char !== '/';
}

/** A star may also stand for nothing. */
function withSkips(places: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const place of places) {
    const token = tokens[place];
    if (token !== undefined && isStar(token)) places.add(place + 1);
  }
  return places;
}

function isStar(token: Token): boolean {
  return token.kind === 'some' || token.kind === 'any';
}
