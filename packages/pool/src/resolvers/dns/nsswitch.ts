/** Sources of host names that we read ourselves, or that only know what those know. */
const OURS = new Set(['files', 'dns', 'resolve', 'myhostname']);

/**
 * Whether getaddrinfo may know names that neither `/etc/hosts` nor the DNS has: the text of `/etc/nsswitch.conf` names
 * another source (`mdns4_minimal`, `wins`, `libvirt`, …). Without such a file, the C libraries of Linux have no other.
 */
export function hasOtherSources(nsswitch: string): boolean {
  const line = nsswitch.split('\n').find((one) => /^\s*hosts\s*:/.test(one)) ?? '';
  const sources = line
    .replace(/#.*$/, '')
    .replace(/^\s*hosts\s*:/, '')
    .replace(/\[[^\]]*\]/g, ' ')
    .trim()
    .split(/\s+/);
  return sources.some((source) => source !== '' && !OURS.has(source));
}
