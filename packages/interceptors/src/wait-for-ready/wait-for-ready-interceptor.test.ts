import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { FakeChannel, metadataOf } from '../../test/fake-channel.js';
import { ObservedCall } from '../../test/observed-call.js';
import { interceptChannel } from '../channel/intercept-channel.js';
import { waitForReadyInterceptor } from './wait-for-ready-interceptor.js';

function onTheWire(config: boolean, metadata: grpc.Metadata): grpc.Metadata {
  const wire = new FakeChannel();
  new ObservedCall(interceptChannel(wire, [waitForReadyInterceptor(config)])).unary('hi', metadata);
  return wire.last.metadata;
}

test.each([
  [true, undefined, true],
  [false, undefined, false],
  [true, false, false],
  [false, true, true],
])('the config says %s, the caller %s: it is %s', (config, own, result) => {
  const metadata = new grpc.Metadata(own === undefined ? {} : { waitForReady: own });
  expect(onTheWire(config, metadata).getOptions().waitForReady).toBe(result);
});

test("the caller's metadata is not changed, and arrives with its values and other options", () => {
  const metadata = metadataOf({ key: ['a', 'b'] });
  metadata.setOptions({ idempotentRequest: true });
  const options = metadata.getOptions();
  const received = onTheWire(true, metadata);
  expect(received.get('key')).toEqual(['a', 'b']);
  expect(received.getOptions()).toEqual({ idempotentRequest: true, waitForReady: true });
  expect(metadata.getOptions()).toBe(options);
  expect(options).toEqual({ idempotentRequest: true });
});
