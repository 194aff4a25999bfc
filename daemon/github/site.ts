/** Where people see what the REST API at an address tells of. https://docs.github.com/enterprise-server/rest/overview/resources-in-the-rest-api */
export function siteOf(baseUrl: string): string {
  const { protocol, host, pathname } = new URL(baseUrl);
  const name = pathname.startsWith('/api') ? host : host.replace(/^api\./, '');
  return `${protocol}//${name}`;
}
