import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

/** The zone that {@link Named} serves: everything is in it, and nothing else. */
export const ZONE = 'prod.test';
/** A zone whose file cannot be read: what is asked of it fails (SERVFAIL). */
export const BROKEN_ZONE = 'broken.test';

/** BIND on a port of 127.0.0.1 of its own, with all that it writes in a folder of its own. */
export class Named {
  /** Everything that it said; with it, every query. */
  log = '';
  readonly #folder = mkdtempSync(join(tmpdir(), 'fairlead-named-'));
  readonly #port: number;
  #process: ChildProcess | undefined;
  #serial = 0;

  private constructor(port: number) {
    this.#port = port;
  }

  /** @param records of {@link ZONE}, as in a zone file, names relative to the zone. */
  static async start(records: string): Promise<Named> {
    const named = new Named(await freePort());
    named.#write('named.conf', named.#config());
    named.#write(BROKEN_ZONE, 'this is no zone file\n');
    named.#writeZone(records);
    const executable = process.env['E2E_NAMED'] ?? 'named';
    const child = spawn(executable, ['-g', '-c', join(named.#folder, 'named.conf'), '-p', String(named.#port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (named.log += text));
    named.#process = child;
    try {
      await until(
        () => named.log.includes(' running\n') || child.exitCode !== null,
        () => named.log,
      );
      if (!named.log.includes(named.#loaded)) throw new Error(`named does not serve the zone: ${named.log}`);
    } catch (error) {
      await named.stop();
      throw error;
    }
    return named;
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Queries for records of a type, as `name flags`; the flags have a T where they came by TCP. */
  queries(type: string): readonly string[] {
    const line = new RegExp(`query: (\\S+) IN ${type} (\\S+)`, 'g');
    return [...this.log.matchAll(line)].map(([, name, flags]) => `${name} ${flags}`);
  }

  /** Serves other records from now on. */
  async change(records: string): Promise<void> {
    this.#writeZone(records);
    this.#process?.kill('SIGHUP');
    await until(
      () => this.log.includes(this.#loaded),
      () => this.log,
    );
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #loaded(): string {
    return `zone ${ZONE}/IN: loaded serial ${this.#serial}\n`;
  }

  #config(): string {
    return `options {
  directory "${this.#folder}";
  listen-on { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  lock-file none;
  recursion no;
  minimal-responses yes;
  querylog yes;
  check-integrity no;
};
controls { };
zone "${ZONE}" { type primary; file "${ZONE}"; };
zone "${BROKEN_ZONE}" { type primary; file "${BROKEN_ZONE}"; };
`;
  }

  #writeZone(records: string): void {
    this.#serial += 1;
    const head = `$TTL 1\n$ORIGIN ${ZONE}.\n@ SOA ns hostmaster ${this.#serial} 3600 600 86400 1\n@ NS ns\nns A 127.0.0.1\n`;
    this.#write(ZONE, `${head}${records}\n`);
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }
}

/** A port that is free now, for UDP most probably, too. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
