import type { FileKind, LeftOutWhy } from '../../roles/ports/retrieval.ts';

const LOCKS =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|composer\.lock|mix\.lock|go\.sum|flake\.lock|packages\.lock\.json)$/;
const VENDORED = /(^|\/)(node_modules|vendor|third_party|third-party|bower_components|\.yarn|site-packages)\//;
const GENERATED =
  /(^|\/)(dist|coverage|__snapshots__|\.next)\/|\.(snap|map|pb\.go|pb\.ts|g\.dart|designer\.cs)$|_pb2(_grpc)?\.py$|(^|\/)CHANGELOG[^/]*$/i;
const MINIFIED = /[.-]min\.(js|css|mjs)$/;
const BINARY =
  /\.(png|jpe?g|gif|webp|avif|ico|bmp|tiff?|pdf|zip|gz|tgz|bz2|xz|zst|7z|jar|war|class|so|dylib|dll|exe|bin|wasm|woff2?|ttf|otf|eot|mp[34]|webm|ogg|wav|mov|sqlite3?|db|pyc|o|a|keystore|p12|pfx|der|gguf|parquet)$/i;
/** In this order: a lock file below vendor/ is a lock file. */
const LEFT_OUT_BY_NAME: readonly (readonly [RegExp, LeftOutWhy])[] = [
  [LOCKS, 'lock'],
  [VENDORED, 'vendored'],
  [GENERATED, 'generated'],
  [MINIFIED, 'minified'],
  [BINARY, 'binary'],
];

/** Why a file of that path is no use to anybody who looks for a place to change; undefined when it is. */
export function leftOutByName(path: string): LeftOutWhy | undefined {
  return LEFT_OUT_BY_NAME.find(([pattern]) => pattern.test(path))?.[1];
}

/** As the tools that write it say in the first lines: https://go.dev/s/generatedcode, `@generated` of others. */
const SAYS_GENERATED = /(?:^|\n)\W{0,8}(?:Code generated .* DO NOT EDIT\.|@generated\b)/;
const HEAD_CHARS = 1_000;
/** Characters a line on the average: prose without line breaks stays far below. */
const MINIFIED_LINE = 1_000;

export function leftOutByText(text: string): LeftOutWhy | undefined {
  if (text.includes('\0')) return 'binary';
  if (SAYS_GENERATED.test(text.slice(0, HEAD_CHARS))) return 'generated';
  const lines = text.split('\n').length;
  return text.length / lines > MINIFIED_LINE ? 'minified' : undefined;
}

const DOCUMENT = /\.(md|mdx|markdown|rst|txt|adoc|org|html?)$|(^|\/)(README|LICENSE|NOTICE|AUTHORS|CONTRIBUTING)$/i;
const SETTINGS =
  /\.(json|jsonc|json5|ya?ml|toml|ini|cfg|conf|properties|xml|csv|env|editorconfig|lock|plist)$|(^|\/)(\.[^/]+|Dockerfile|LICENSE)$/i;
const TEST =
  /(^|\/)(tests?|__tests__|spec|specs|e2e|testdata|fixtures)\/|(^|\/)test_[^/]+\.py$|(^|\/)[^/]+[._-](test|tests|spec)\.[^/.]+$|(^|\/)[^/]+(Test|Tests|Spec|IT)\.(java|kt|cs|php|scala|swift)$/;

export function kindOf(path: string): FileKind {
  if (DOCUMENT.test(path)) return 'document';
  if (SETTINGS.test(path)) return 'settings';
  return TEST.test(path) ? 'test' : 'code';
}
