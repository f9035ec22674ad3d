const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether a host name or address, without port, can only be this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
