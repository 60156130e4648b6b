import { expect, test } from '@jest/globals';
import { checkArgument } from './known-arguments.js';

const refused: readonly (readonly [string, unknown])[] = [
  ['grpc.max_receive_message_length', 'abc'],
  ['grpc.max_receive_message_length', NaN],
  ['grpc.max_receive_message_length', {}],
  ['grpc.max_receive_message_length', -2],
  ['grpc.keepalive_time_ms', '10s'],
  ['grpc.keepalive_time_ms', -5],
  ['grpc.keepalive_time_ms', 0],
  ['grpc.keepalive_time_ms', 9_999],
  ['grpc.keepalive_time_ms', 10_000.5],
  ['grpc.keepalive_time_ms', NaN],
  ['grpc.keepalive_time_ms', '10000'],
  ['grpc.keepalive_permit_without_calls', 2],
  ['grpc.primary_user_agent', 5],
  ['grpc.default_authority', ''],
  ['grpc.default_authority', 'a\nb'],
  ['grpc.default_compression_algorithm', 99],
  ['grpc-node.flow_control_window', -1],
];

test.each(refused)('%s: %p is refused, with what was expected', (name, value) => {
  expect(() => checkArgument(name, value)).toThrow(new RegExp(`^${name.replaceAll('.', '\\.')}: .*\\(expected: `, 's'));
});

test.each<readonly [string, unknown]>([
  ['grpc.max_receive_message_length', -1],
  ['grpc.max_send_message_length', 4_194_304],
  ['grpc.keepalive_time_ms', 10_000],
  ['grpc.keepalive_time_ms', -1],
  ['grpc.keepalive_time_ms', 2 ** 31 - 1],
  ['grpc.keepalive_time_ms', Infinity],
  ['grpc.keepalive_permit_without_calls', 1],
  ['grpc.primary_user_agent', 'my-app/1.0 (x)'],
  ['grpc.default_compression_algorithm', 2],
])('%s: %p is accepted', (name, value) => {
  expect(() => checkArgument(name, value)).not.toThrow();
});

test('a misspelt name is told the nearest one, and a name that nobody knows yet passes', () => {
  expect(() => checkArgument('grpc.max_recieve_message_length', 1)).toThrow(
    'did you mean `grpc.max_receive_message_length`',
  );
  expect(() => checkArgument('grpc.something_of_tomorrow', 'x')).not.toThrow();
});
