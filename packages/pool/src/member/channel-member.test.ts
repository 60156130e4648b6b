import { connectivityState } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { endpointAt, NO_STALLS, OutstandingLoad } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { FakeChannel } from '../../test/support/fake-channel.js';
import { PoolEmitter } from '../events.js';
import { HealthChecks } from '../health/health-checks.js';
import { PoolCounts } from '../pool-counts.js';
import { ChannelMember } from './channel-member.js';
import type { MemberChange, RotationEnd } from './member-context.js';

const ENDPOINT = endpointAt({ kind: 'target', target: 'xds:///greeter' });

class Scene {
  readonly clock = new VirtualClock();
  readonly channels: FakeChannel[] = [];
  readonly changes: string[] = [];
  readonly rotations: RotationEnd['kind'][] = [];
  revision = 0;
  credentialsAreMissing = false;
  readonly member: ChannelMember;

  constructor() {
    const backoff = { baseMs: 100, delayMs: () => 100, next: () => backoff };
    this.member = new ChannelMember(ENDPOINT, new OutstandingLoad(), {
      clock: this.clock,
      random: new SeededRandom(1),
      stalls: NO_STALLS,
      secure: false,
      credentialsRevision: () => this.revision,
      createChannel: (endpoint) => this.#create(endpoint),
      onConnected: () => undefined,
      connectTimeoutMs: 1_000,
      connectionAttemptDelayMs: 250,
      backoff,
      maxConnectionAgeMs: 1_000,
      maxConnectionAgeGraceMs: 1_000,
      keepalive: false,
      health: new HealthChecks(
        { clock: this.clock, random: new SeededRandom(1), healthChecking: true },
        new PoolEmitter(),
      ),
      counts: new PoolCounts(),
      onChange: (_member, change: MemberChange) => this.changes.push(`${change.from} → ${change.to}`),
      onRotation: (_member, { kind }) => this.rotations.push(kind),
    });
  }

  #create(endpoint: typeof ENDPOINT): FakeChannel {
    if (this.credentialsAreMissing) throw new Error('no credentials');
    const channel = new FakeChannel(endpoint);
    this.channels.push(channel);
    return channel;
  }
}

describe('a member that is a whole channel', () => {
  test('keeps its channel through failures, and is failing until it is ready again', async () => {
    const { changes, channels, clock, member } = new Scene();
    member.connect();
    const [channel] = channels as [FakeChannel];
    channel.ready();
    channel.refuse('all are gone');
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(600_000);
    expect([member.connectivity, member.errors.present, member.confirmReady()]).toEqual([
      'transient-failure',
      'all are gone',
      false,
    ]);
    channel.state = connectivityState.CONNECTING;
    expect(member.confirmReady()).toBe(false);
    expect(member.connectivity).toBe('transient-failure');
    channel.ready();
    expect([member.connectivity, member.errors.present]).toEqual(['ready', undefined]);
    expect([channels.length, channel.closed]).toEqual([1, false]);
    expect(changes).toEqual([
      'idle → connecting',
      'connecting → ready',
      'ready → connecting',
      'connecting → transient-failure',
      'transient-failure → ready',
    ]);
  });

  test('takes calls while its channel is idle, which they wake', () => {
    const { channels, member } = new Scene();
    member.connect();
    channels[0]!.lose();
    expect([member.connectivity, member.confirmReady()]).toEqual(['ready', true]);
  });

  test('changes to a channel with new credentials when that is ready', () => {
    const scene = new Scene();
    const { channels, member, rotations } = scene;
    member.connect();
    channels[0]!.ready();
    expect(member.rotationDueAt).toBe(Infinity);
    scene.revision = 1;
    expect(member.rotationDueAt).toBe(-Infinity);
    member.rotate();
    member.rotate();
    expect([channels.length, member.rotating, channels[0]!.closed]).toEqual([2, true, false]);
    channels[1]!.ready();
    expect([rotations, member.rotating, member.rotationDueAt]).toEqual([['replaced'], false, Infinity]);
    expect([channels[0]!.closed, channels[1]!.closed, member.connectivity]).toEqual([true, false, 'ready']);
  });

  test('tries again later when there are no credentials, and at once when there are', () => {
    const scene = new Scene();
    const { channels, member } = scene;
    scene.credentialsAreMissing = true;
    member.connect();
    expect([member.connectivity, member.backingOffUntil]).toEqual(['transient-failure', scene.clock.now() + 100]);
    scene.credentialsAreMissing = false;
    member.renew();
    channels[0]!.ready();
    scene.clock.advance(1_000);
    expect([member.connectivity, channels.length]).toEqual(['ready', 1]);
  });

  test.each(['sleep', 'close'] as const)('leaves nothing after %s, a successor included', (end) => {
    const scene = new Scene();
    scene.member.connect();
    scene.channels[0]!.ready();
    scene.revision = 1;
    scene.member.rotate();
    scene.member[end]();
    expect(scene.channels.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
