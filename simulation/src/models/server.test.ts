import { describe, expect, test } from '@jest/globals';
import { STATUS_CODES } from '@fairlead/core';
import { Engine } from '../engine/engine.js';
import { Server, type ServerCall, type ServerOptions } from './server.js';
import { constant } from './service-time.js';

/** A server, and the answers that it gave: `[time, code]`. */
function serverWith(options: Partial<ServerOptions> = {}): {
  engine: Engine;
  server: Server;
  answers: [number, number][];
  call: () => ServerCall;
} {
  const engine = new Engine(1);
  const server = new Server(engine, 'pod-0', { serviceTime: constant(10), ...options });
  const answers: [number, number][] = [];
  const call = (): ServerCall => {
    const made: ServerCall = { place: 'outside', life: 0, answer: (code) => answers.push([engine.now, code]) };
    server.receive(made);
    return made;
  };
  return { engine, server, answers, call };
}

const { OK, RESOURCE_EXHAUSTED, UNAVAILABLE } = STATUS_CODES;

describe('Server', () => {
  test('works on as many calls as it has cores, queues as many as it may, and refuses the rest', () => {
    const { engine, server, answers, call } = serverWith({ cores: 2, queueLimit: 1 });
    for (let made = 0; made < 4; made++) call();
    expect([answers, server.inFlight]).toEqual([[[0, RESOURCE_EXHAUSTED]], 3]);
    engine.runUntil(100);
    expect(answers.slice(1)).toEqual([
      [10, OK],
      [10, OK],
      [20, OK],
    ]);
    expect(server.inFlight).toBe(0);
    expect(server.meter.busyMsAt(engine.now)).toBe(30);
  });

  test('a cancelled call that waits is not worked on; one that is being worked on takes its core to the end', () => {
    const { engine, server, answers, call } = serverWith({ cores: 1 });
    const [first, second] = [call(), call()];
    call();
    server.cancel(first);
    server.cancel(second);
    server.cancel(second);
    expect(server.inFlight).toBe(1);
    engine.runUntil(100);
    expect(answers).toEqual([[20, OK]]);
  });

  test('is slow for its first calls, in a straight line, and by its factor', () => {
    const { engine, server, answers, call } = serverWith({ warmUp: { factor: 5, calls: 4 } });
    for (let made = 0; made < 5; made++) call();
    server.slowBy(3);
    call();
    engine.runUntil(100);
    expect(answers.map(([at]) => at).sort((a, b) => a - b)).toEqual([10, 20, 30, 30, 40, 50]);
  });

  test('a black hole keeps what it gets, a fast failure does not, and both pass', () => {
    const { engine, server, answers, call } = serverWith();
    server.setFault({ kind: 'black-hole' });
    const kept = call();
    server.setFault({ kind: 'fails', afterMs: 1, code: UNAVAILABLE, pushbackMs: 500 });
    call();
    server.setFault({ kind: 'none' });
    call();
    engine.runUntil(1_000);
    expect(answers).toEqual([
      [1, UNAVAILABLE],
      [10, OK],
    ]);
    expect(server.inFlight).toBe(1);
    server.cancel(kept);
    expect(server.inFlight).toBe(0);
  });

  test('what it had when it died is never answered, and does not disturb its next life', () => {
    const { engine, server, answers, call } = serverWith({ cores: 1 });
    const [before] = [call(), call()];
    server.die();
    server.cancel(before);
    call();
    expect(server.inFlight).toBe(1);
    engine.runUntil(100);
    expect([answers, server.inFlight]).toEqual([[[10, OK]], 0]);
  });

  test('its next life is cold again, and reports nothing of the one before', () => {
    const { engine, server, answers, call } = serverWith({ cores: 1, warmUp: { factor: 5, calls: 1 } });
    call();
    engine.runUntil(100);
    call();
    engine.runUntil(200);
    expect(server.meter.utilization).toBeGreaterThan(0);
    server.die();
    const { utilization, callsPerSecond, failuresPerSecond } = server.meter;
    expect([utilization, callsPerSecond, failuresPerSecond]).toEqual([0, 0, 0]);
    expect(server.meter.busyMsAt(engine.now)).toBe(60);
    call();
    engine.runUntil(300);
    expect(answers.map(([at]) => at)).toEqual([50, 110, 250]);
  });

  test('reports its utilization, its rate and its hint in the trailers', () => {
    const engine = new Engine(1);
    const server = new Server(engine, 'pod-0', { serviceTime: constant(5), cores: 1 });
    const reports: DataView[] = [];
    const hints: unknown[] = [];
    const call = (): void =>
      server.receive({
        place: 'outside',
        life: 0,
        answer: (_code, trailers) => {
          const bytes = trailers.get('endpoint-load-metrics-bin')[0] as Uint8Array;
          reports.push(new DataView(bytes.buffer));
          hints.push(...trailers.get('grpc-retry-pushback-ms'));
        },
      });
    for (let at = 0; at < 10_000; at += 10) engine.at(at, call);
    engine.runUntil(10_000);
    server.setFault({ kind: 'fails', afterMs: 0, code: UNAVAILABLE, pushbackMs: 250 });
    call();
    engine.runUntil(10_001);
    const last = reports.at(-1)!;
    const tags = [0, 9, 18, 27].map((offset) => last.getUint8(offset) >> 3);
    expect(tags).toEqual([1, 6, 7, 9]);
    expect(last.getFloat64(1, true)).toBeCloseTo(0.5, 1);
    expect(last.getFloat64(10, true)).toBeCloseTo(100, -1);
    expect(last.getFloat64(19, true)).toBeCloseTo(1, 1);
    expect(hints).toEqual(['250']);
  });
});
