/** Longer ones are no addresses of pages. */
const MOST_CHARS = 500;

/** ` (<https://…>)`, or nothing where it is no address of the web, or one with a name and a password in it. */
export function linkTo(url: string | undefined): string {
  const safe = webAddress(url);
  return safe === undefined ? '' : ` (<${safe}>)`;
}

/** An address that may be shown to people as one. */
export function webAddress(url: string | undefined): string | undefined {
  if (url === undefined || url.length > MOST_CHARS || !URL.canParse(url)) return undefined;
  const { protocol, username, password, href } = new URL(url);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  return isWeb && username === '' && password === '' && !/[<>\s]/.test(href) ? href : undefined;
}
