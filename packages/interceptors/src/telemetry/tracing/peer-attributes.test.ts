import { endpointAt } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { peerAttributes } from './peer-attributes.js';

const endpoint = endpointAt({ kind: 'tcp', host: '10.0.0.9', port: 9 });

test.each([
  ['10.0.0.1:50051', { 'network.peer.address': '10.0.0.1', 'network.peer.port': 50051 }],
  ['[fd00::1]:50051', { 'network.peer.address': 'fd00::1', 'network.peer.port': 50051 }],
  ['unix:/run/x.sock', { 'network.peer.address': '/run/x.sock' }],
  ['unix:///run/x.sock', { 'network.peer.address': '/run/x.sock' }],
])('what the connection says, %s, is taken before the address of the pod', (peer, attributes) => {
  expect(peerAttributes(peer, endpoint)).toEqual(attributes);
});

test.each(['unknown', 'dns:greeter:50051', 'greeter:50051', ''])('%p is no address', (peer) => {
  expect(peerAttributes(peer, undefined)).toEqual({});
  expect(peerAttributes(peer, endpoint)).toEqual({ 'network.peer.address': '10.0.0.9', 'network.peer.port': 9 });
});

test('a pod on a Unix socket', () => {
  expect(peerAttributes('unknown', endpointAt({ kind: 'unix', path: '/run/x.sock' }))).toEqual({
    'network.peer.address': '/run/x.sock',
  });
});
