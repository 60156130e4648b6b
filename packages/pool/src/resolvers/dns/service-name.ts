/** `_service._protocol.` in front of the domain of an SRV name (RFC 2782). */
const SERVICE = /^_[^.]+\._[^.]+\./;

/** Whether a host is the name of SRV records: no host name may begin with an underscore twice. */
export function isServiceName(host: string): boolean {
  return SERVICE.test(host) && domainOf(host).replace(/\.$/, '') !== '';
}

/** The domain whose service it is: the name that its certificates are for. */
export function domainOf(host: string): string {
  return host.replace(SERVICE, '');
}
