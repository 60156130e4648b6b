import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createChannel } from './index.js';

const insecure = grpc.credentials.createInsecure();

describe('at construction', () => {
  test.each(['dns:', 'dns:///', 'ipv4:', 'ipv4:1.2.3.4,', 'dns://8.8.8.8:0/a:1'])(
    'the error of the target %p names it as it was written',
    (target) => {
      expect(() => createChannel(target, insecure)).toThrow(`invalid target "${target}"`);
    },
  );

  test.each([undefined, {}, { name: 'x', createLoad: () => undefined }])(
    'a policy that is none (%p) is refused',
    (made) => {
      const balancing = (() => made) as never;
      expect(() => createChannel('ipv4:127.0.0.1:1', insecure, { balancing })).toThrow(/^balancing\(\): /);
    },
  );

  test.each([undefined, {}])('a resolver that is none (%p) is refused', (made) => {
    const resolvers = [{ schemes: ['mine'], create: () => made as never }];
    expect(() => createChannel('mine:///x', insecure, { resolvers })).toThrow(/^resolver of mine:: /);
  });

  test('grpc.* arguments of the wrong type are refused', () => {
    const options = { 'grpc.max_receive_message_length': 'big' } as never;
    expect(() => createChannel('ipv4:127.0.0.1:1', insecure, options)).toThrow(
      'grpc.max_receive_message_length: "big"',
    );
  });
});

test('a deadline of the wrong type throws where the call is made, as in grpc-js', () => {
  const channel = createChannel('ipv4:127.0.0.1:1', insecure);
  expect(() => channel.createCall('/s/m', 'tomorrow' as never, null, null, null)).toThrow(
    new TypeError('Channel#createCall: deadline must be a number or Date'),
  );
  channel.close();
});
