/** A reply and where the next one begins. An error of the server is a value here. */
export interface Reply {
  readonly value: unknown;
  readonly end: number;
}

/** Reads one reply of RESP2 (redis.io/docs/reference/protocol-spec); undefined while it is not whole. */
export function readReply(bytes: Buffer, at: number): Reply | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const text = bytes.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { value: text, end: next };
    case '-':
      return { value: new Error(text), end: next };
    case ':':
      return { value: Number(text), end: next };
    case '$':
      return readBulk(bytes, next, Number(text));
    case '*':
      return readArray(bytes, next, Number(text));
    default:
      throw new Error(`Redis sent something that is no reply: ${text}`);
  }
}

function readBulk(bytes: Buffer, at: number, length: number): Reply | undefined {
  if (length < 0) return { value: null, end: at };
  const end = at + length + 2;
  return end > bytes.length ? undefined : { value: bytes.toString('utf8', at, at + length), end };
}

function readArray(bytes: Buffer, at: number, length: number): Reply | undefined {
  if (length < 0) return { value: null, end: at };
  const value: unknown[] = [];
  let end = at;
  for (let i = 0; i < length; i++) {
    const item = readReply(bytes, end);
    if (item === undefined) return undefined;
    value.push(item.value);
    end = item.end;
  }
  return { value, end };
}
