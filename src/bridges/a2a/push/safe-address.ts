import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { SluiceError } from '../../../errors/sluice-error.ts';

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv6');
}

/** Whether an IP address belongs to this machine or a network of its own; an IPv4 address within IPv6 is looked at, too. */
export function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Refuses what is no address of HTTP, or names a private one. Throws `BAD_REQUEST`. */
export function checkAddress(text: string, allowsPrivate: boolean): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw unsafe('expected an address such as https://example.com/hook');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw unsafe('expected http or https');
  if (url.username !== '' || url.password !== '') throw unsafe('expected no credentials in the address');
  const host = hostOf(url);
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  if (!allowsPrivate && (isLocal || (isIP(host) !== 0 && isPrivate(host)))) throw refused();
  return url;
}

/**
 * The address of a host to connect to: what is asked is what is connected, so that a name cannot point elsewhere in
 * between. Rejects with `BAD_REQUEST` where any of its addresses is private, and with what the resolver says.
 */
export async function addressOf(
  url: URL,
  allowsPrivate: boolean,
): Promise<{ readonly address: string; readonly family: number }> {
  const host = hostOf(url);
  const family = isIP(host);
  if (family !== 0) return { address: host, family };
  const found = await lookup(host, { all: true });
  if (!allowsPrivate && found.some(({ address }) => isPrivate(address))) throw refused();
  return found[0]!;
}

function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

function refused(): SluiceError {
  return unsafe('this server sends nothing to private addresses (allowPrivate allows it)');
}

function unsafe(problem: string): SluiceError {
  return new SluiceError('BAD_REQUEST', `url: ${problem}.`);
}
