import * as grpc from '@grpc/grpc-js';
import type { Clock, Endpoint } from '@fairlead/core';
import type { PoolEmitter } from '../events.js';
import type { PoolCounts } from '../pool-counts.js';
import { timestampOf, type ChannelMessage, type ChannelRef } from './channelz-types.js';
import { nameOf, PoolTrace } from './pool-trace.js';
import { reserveChannelId } from './reserved-id.js';

/** What channelz tells of a pool. */
export interface ChannelzSource {
  readonly target: string;
  readonly clock: Clock;
  readonly events: PoolEmitter;
  readonly counts: PoolCounts;
  readonly state: { readonly current: grpc.connectivityState };
}

/** The channel of a member's connection, and whose it is. */
interface MemberChannel {
  readonly channel: grpc.ChannelInterface;
  readonly endpoint: Endpoint;
}

/** All that are shown, until they are closed. */
const pools = new Set<ChannelzPool>();

/** The pools that channelz shows, in the order of their ids. */
export function channelzPools(): readonly ChannelzPool[] {
  return [...pools].sort((a, b) => a.id - b.id);
}

/**
 * A pool as channelz shows it: a channel whose children are the channels of its members, those that drain included. Each
 * connection of a member has a channel of its own, so a child goes when its connection has ended.
 */
export class ChannelzPool {
  readonly id = reserveChannelId();
  readonly #source: ChannelzSource;
  readonly #trace: PoolTrace;
  #channels: readonly MemberChannel[] = [];

  constructor(source: ChannelzSource) {
    this.#source = source;
    this.#trace = new PoolTrace(source.clock, source.events);
    pools.add(this);
    source.events.on('closed', () => {
      pools.delete(this);
      this.#channels = [];
    });
  }

  /** The same, noting each channel that is made for a connection. */
  watch<M extends { createChannel(endpoint: Endpoint): grpc.ChannelInterface }>(member: M): M {
    const createChannel = (endpoint: Endpoint): grpc.ChannelInterface => {
      const channel = member.createChannel(endpoint);
      this.#channels = [...this.#open(), { channel, endpoint }];
      return channel;
    };
    return { ...member, createChannel };
  }

  /** The channels of the members. */
  get children(): readonly ChannelRef[] {
    return this.#open().map(({ channel, endpoint }) => ({
      channel_id: channel.getChannelzRef().id,
      name: nameOf(endpoint),
    }));
  }

  message(): ChannelMessage {
    const { clock, counts, target } = this.#source;
    const { lastPickedAt, picks, succeeded, failed } = counts;
    return {
      ref: { channel_id: this.id, name: target },
      data: {
        target,
        state: { state: stateName(this.#source.state.current) },
        calls_started: picks,
        calls_succeeded: succeeded,
        calls_failed: failed,
        last_call_started_timestamp:
          lastPickedAt === undefined ? null : timestampOf(clock.epochNow() - clock.now() + lastPickedAt),
        trace: this.#trace.message(),
      },
      channel_ref: [...this.children],
      subchannel_ref: [],
    };
  }

  #open(): readonly MemberChannel[] {
    return this.#channels.filter(
      ({ channel }) => channel.getConnectivityState(false) !== grpc.connectivityState.SHUTDOWN,
    );
  }
}

type StateName = 'IDLE' | 'CONNECTING' | 'READY' | 'TRANSIENT_FAILURE' | 'SHUTDOWN';

function stateName(state: grpc.connectivityState): StateName {
  return grpc.connectivityState[state] as StateName;
}
