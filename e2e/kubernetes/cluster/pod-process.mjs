import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';

const RETRY_MS = 200;
/** A kubelet asks at once when a container has started, and then in its period; we ask more often until it is ready. */
const FIRST_PROBES_MS = 50;

/** A pod as a process: on an address of its own, ready when its probe says so, ended as a kubelet ends it. */
export class PodProcess {
  #pod;
  #context;
  #address;
  #child;
  #ready = false;
  #stopping = false;
  #reporting = Promise.resolve();

  constructor(pod, context) {
    this.#pod = pod;
    this.#context = context;
    this.#address = context.addresses.take();
  }

  start() {
    const [container] = this.#pod.spec.containers;
    const child = spawn(process.execPath, [this.#context.script], {
      env: { PATH: process.env.PATH, ...this.#environment(container) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#child = child;
    // Five programs that start at once must not take the processors from those that serve: nodes have more of them.
    this.#prioritize(constants.priority.PRIORITY_BELOW_NORMAL);
    this.#report();
    child.once('exit', () => void this.#ended());
    void this.#probe(container.readinessProbe);
  }

  /** SIGTERM, and SIGKILL after the grace period. */
  stop(graceMs) {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#child === undefined) return void this.#ended();
    this.#child.kill(graceMs === 0 ? 'SIGKILL' : 'SIGTERM');
    setTimeout(() => this.kill(), graceMs).unref();
  }

  kill() {
    this.#child?.kill('SIGKILL');
  }

  /** Variables, the downward API of name and address, and `$(NAME)` for those that stand before. */
  #environment({ env = [] }) {
    const fields = { 'metadata.name': this.#pod.metadata.name, 'status.podIP': this.#address };
    const values = {};
    for (const { name, value = '', valueFrom } of env) {
      const path = valueFrom?.fieldRef?.fieldPath;
      values[name] = path ? fields[path] : value.replace(/\$\((\w+)\)/g, (text, other) => values[other] ?? text);
    }
    return values;
  }

  async #probe({ grpc: { port }, periodSeconds = 10 }) {
    while (this.#isAlive()) {
      const serving = await isServing(`${this.#address}:${port}`);
      if (this.#isAlive() && serving !== this.#ready) {
        this.#ready = serving;
        if (serving) this.#prioritize(constants.priority.PRIORITY_NORMAL);
        this.#report();
      }
      await sleep(this.#ready ? periodSeconds * 1_000 : FIRST_PROBES_MS);
    }
  }

  /** An ordinary user may not take it back: then all pods have the lower one. */
  #prioritize(priority) {
    try {
      setPriority(this.#child.pid, priority);
    } catch {
      // It has just ended, or we may not.
    }
  }

  #isAlive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #ended() {
    this.#ready = false;
    // What died by itself has failed, and the ReplicaSet makes another one.
    if (!this.#stopping) this.#report('Failed');
    await this.#reporting;
    if (this.#stopping) await this.#remove();
    this.#context.addresses.giveBack(this.#address);
    this.#context.onGone();
  }

  #report(phase = 'Running') {
    const status = this.#status(phase);
    this.#reporting = this.#reporting.then(() =>
      this.#untilAnswered((path, uid) =>
        this.#context.api.patch(`${path}/status`, { metadata: { uid }, status }, 'strategic'),
      ),
    );
  }

  #remove() {
    return this.#untilAnswered((path, uid) =>
      this.#context.api.delete(path, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: 0,
        preconditions: { uid },
      }),
    );
  }

  async #untilAnswered(request) {
    const { namespace, name, uid } = this.#pod.metadata;
    for (;;) {
      try {
        return await request(`/api/v1/namespaces/${namespace}/pods/${name}`, uid);
      } catch (error) {
        // Gone, or another pod of this name: nothing is left to say.
        if (error.status === 404 || error.status === 409) return undefined;
      }
      await sleep(RETRY_MS);
    }
  }

  #status(phase) {
    const now = new Date().toISOString();
    const ready = this.#ready ? 'True' : 'False';
    const [{ name, image }] = this.#pod.spec.containers;
    const state =
      phase === 'Running' ? { running: { startedAt: now } } : { terminated: { exitCode: 1, reason: 'Error' } };
    return {
      phase,
      podIP: this.#address,
      podIPs: [{ ip: this.#address }],
      conditions: ['Ready', 'ContainersReady', 'Initialized'].map((type) => ({
        type,
        status: type === 'Initialized' ? 'True' : ready,
        lastTransitionTime: now,
      })),
      containerStatuses: [{ name, image, imageID: '', ready: this.#ready, started: true, restartCount: 0, state }],
    };
  }
}

/** What a kubelet asks a container with a gRPC probe: the server as a whole, on a connection of its own. */
function isServing(address) {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const bytes = (value) => value;
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 1_000 };
    const done = (error, answer) => {
      client.close();
      // HealthCheckResponse { status: SERVING }
      resolve(!error && answer.equals(Buffer.from([8, 1])));
    };
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, Buffer.alloc(0), options, done);
  });
}
