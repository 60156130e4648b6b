import * as http from 'node:http';
import * as https from 'node:https';

/** The API server answered with a status that says no. */
export class ApiError extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${body?.message ?? JSON.stringify(body)}`);
    this.status = status;
  }
}

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** A few lines of a client, independent of what is under test. JSON in, JSON out. */
export class ApiClient {
  #access;
  #agent;

  constructor(access) {
    this.#access = access;
    const { ca, cert, key, skipTlsVerify } = access;
    this.#agent = access.server.startsWith('http:')
      ? new http.Agent({ keepAlive: true })
      : new https.Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized: !skipTlsVerify });
  }

  get(path) {
    return this.#json('GET', path);
  }

  post(path, body) {
    return this.#json('POST', path, body);
  }

  put(path, body) {
    return this.#json('PUT', path, body);
  }

  patch(path, body, kind = 'merge') {
    return this.#json('PATCH', path, body, PATCH_TYPES[kind]);
  }

  delete(path, body) {
    return this.#json('DELETE', path, body);
  }

  /** The events of a watch; ends when the server ends it, throws when the connection breaks. */
  async *watch(path, signal) {
    const response = await this.#send('GET', `${path}${path.includes('?') ? '&' : '?'}watch=1`, { signal });
    if (response.statusCode !== 200) throw await errorOf(response, 'WATCH', path);
    let rest = '';
    response.setEncoding('utf8');
    for await (const chunk of response) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line !== '') yield JSON.parse(line);
    }
  }

  /** The text of a path that has no JSON (`/metrics`, `/readyz`). */
  async text(path) {
    const response = await this.#send('GET', path);
    if (response.statusCode !== 200) throw await errorOf(response, 'GET', path);
    return readText(response);
  }

  close() {
    this.#agent.destroy();
  }

  async #json(method, path, body, contentType = 'application/json') {
    const response = await this.#send(method, path, { body, contentType });
    if (response.statusCode >= 300) throw await errorOf(response, method, path);
    return JSON.parse(await readText(response));
  }

  #send(method, path, { body, contentType, signal } = {}) {
    const { server, token } = this.#access;
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      // Node sends the body of a DELETE without a length, and the server would take it for the next request.
      ...(bytes && { 'content-type': contentType, 'content-length': bytes.length }),
    };
    const url = new URL(server.replace(/\/$/, '') + path);
    const request = (url.protocol === 'http:' ? http : https).request(url, {
      method,
      headers,
      agent: this.#agent,
      signal,
    });
    return new Promise((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
      request.end(bytes);
    });
  }
}

async function readText(response) {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return text;
}

async function errorOf(response, method, path) {
  const text = await readText(response);
  let body = { message: text };
  try {
    body = JSON.parse(text);
  } catch {
    // Not every error is a Status object.
  }
  return new ApiError(method, path, response.statusCode, body);
}
