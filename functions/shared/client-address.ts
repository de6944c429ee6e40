import { optionalEnv } from './env.ts';

interface Addressed {
  headers: Readonly<Record<string, string | undefined>>;
  requestContext: { http: { sourceIp: string } };
}

/**
 * The network that a request comes from: an IPv4 address, or the 64 bits of an IPv6 address that belong to one
 * connection. A header is believed only where the stack says that CloudFront sets it on every request, for anybody can
 * send one.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
 */
export function clientNetwork({ headers, requestContext }: Addressed): string {
  const trusted = optionalEnv('VIEWER_ADDRESS_HEADER');
  // `<address>:<port>`, of IPv6 with or without brackets.
  const viewer = trusted && headers[trusted]?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return networkOf(viewer || requestContext.http.sourceIp);
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groupsOf = (text = '') => (text === '' ? [] : text.split(':'));
  const missing = 8 - groupsOf(head).length - groupsOf(tail).length;
  const zeros = tail === undefined ? [] : Array<string>(Math.max(missing, 0)).fill('0');
  const network = [...groupsOf(head), ...zeros, ...groupsOf(tail)].slice(0, 4);
  return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
