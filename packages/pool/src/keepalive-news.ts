import type { PoolEmitter } from './events.js';
import type { KeepaliveListener } from './member/keepalive.js';

/** Tells the listeners of a pool what its servers say about pings. */
export function keepaliveNews(events: PoolEmitter): KeepaliveListener {
  return {
    throttled: (change) => {
      if (events.listens('keepaliveThrottled')) events.tell('keepaliveThrottled', change);
      const { endpoint, fromMs, toMs } = change;
      events.warn(
        'too-many-pings',
        `${endpoint.id} was pinged too often: new connections are pinged after ${toMs} ms instead of ${fromMs} ms`,
      );
    },
    unwatchable: () =>
      events.warn('keepalive-unwatched', 'this version of grpc-js does not let us see the too_many_pings of a server'),
  };
}
