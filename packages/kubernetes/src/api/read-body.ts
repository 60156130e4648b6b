import { KubernetesApiError } from '../errors/kubernetes-api-error.js';

/** More than any list of EndpointSlices: 500 of them with 1000 endpoints each. */
const LONGEST_BODY = 2 ** 28;

/** A whole body as text. @throws KubernetesApiError when it is longer than what anybody would send, or breaks off. */
export async function readBody(body: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LONGEST_BODY) break;
    }
  } catch (cause) {
    throw new KubernetesApiError(`${what}: the answer broke off`, { cause });
  }
  if (length > LONGEST_BODY) throw new KubernetesApiError(`${what}: the answer is longer than ${LONGEST_BODY} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}
