/**
 * What the reasons of Node and OpenSSL mean for the person who reads a log: who refused whom, and why. The first row that
 * matches counts. The texts were seen with Node 20; the alerts have OpenSSL's names (`ssl/ssl_stat.c`) and the meaning of
 * RFC 8446 §6.2.
 */
const MEANINGS: readonly (readonly [text: RegExp, meaning: string])[] = [
  // The server's verdicts on the client. They come first: some have the words of our own verdicts in them.
  [/alert certificate required/, 'the server demands a client certificate'],
  [/alert certificate expired/, "the client's certificate has expired"],
  [/alert unknown ca/, "the server does not trust the authority of the client's certificate"],
  [/alert (bad|unsupported) certificate|alert certificate|alert access/, "the server refused the client's certificate"],
  [/alert handshake failure/, 'the server refused the handshake: it may demand a client certificate, or other ciphers'],
  [/alert no application protocol/, 'the server does not speak HTTP/2 over TLS'],
  [/alert protocol version|unsupported protocol/, 'client and server have no version of TLS in common'],
  // The client's verdicts on the server.
  [/certificate has expired/, "the server's certificate has expired"],
  [/certificate is not yet valid/, "the server's certificate is not yet valid"],
  [/does not match certificate's altnames/, "the server's certificate is for another name"],
  [
    /self-signed certificate|unable to (verify|get)/,
    "the server's certificate is of no authority that the client trusts",
  ],
  [/wrong version number|packet length too long/, 'the server does not speak TLS'],
  [/before secure TLS/, "the server hung up in the TLS handshake: it may refuse the client's certificate"],
];

/** `807C…:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/…:1601:SSL alert …`. */
const OPENSSL = /error:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+):.*$/s;

/** The end of the connection without a reason, after TCP and TLS and before the server's settings. */
const HUNG_UP = /^Failed to connect$|^(read|write) E(CONNRESET|PIPE)$/;

/**
 * Why a connection could not be made, with the address of the pod and a reason that a person can act on.
 *
 * grpc-js tells the texts of Node and OpenSSL, with a time stamp, and no address for anything that comes after TCP. When
 * the server hangs up without a word it tells nothing at all (`Failed to connect`); what that means depends on whether
 * the client spoke TLS.
 *
 * @param reason as grpc-js has it.
 * @param secure the client speaks TLS.
 */
export function describeConnectFailure(address: string, reason: string, secure: boolean): string {
  const plain = reason
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, '')
    .replace(/^Error \[\w+\]: /, '')
    .trim();
  // A system error of TCP has the address in it.
  if (/^connect E[A-Z]+ /.test(plain)) return plain;
  return `connect to ${address} failed: ${meaningOf(plain, secure)}`;
}

function meaningOf(plain: string, secure: boolean): string {
  if (HUNG_UP.test(plain)) {
    const why = secure ? "it may refuse the client's certificate" : 'it may expect TLS';
    return `the server hung up before it sent its HTTP/2 settings: ${why} (${plain})`;
  }
  const [, words = plain] = OPENSSL.exec(plain) ?? [];
  const row = MEANINGS.find(([text]) => text.test(words));
  return row === undefined ? words : `${row[1]} (${words})`;
}
