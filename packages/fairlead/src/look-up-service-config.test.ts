import type { ResolverFactory, ResolverOptions } from '@fairlead/core';
import { ManualResolver } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';

test.each<[string, ChannelOptions, boolean]>([
  ['nobody said anything', {}, true],
  ['there is a default for where it finds none', { defaultServiceConfig: {} }, true],
  ['the application gave one, which would count in its place', { serviceConfig: {} }, false],
  ['the application gave one as grpc-js takes it', { 'grpc.service_config': '{}' }, false],
  ['it is switched off as in grpc-js', { 'grpc.service_config_disable_resolution': 1 }, false],
  ['it is switched off', { lookUpServiceConfig: false }, false],
  ['it is asked for', { serviceConfig: {}, lookUpServiceConfig: true }, true],
])('whether a resolver is to look for a service config when %s', (_, options, expected) => {
  const given: ResolverOptions[] = [];
  const factory: ResolverFactory = {
    schemes: ['test'],
    create: (_target, context) => {
      given.push(context.options);
      return new ManualResolver();
    },
  };
  createChannel('test:///x', grpc.credentials.createInsecure(), { resolvers: [factory], ...options }).close();
  expect(given.map(({ lookUpServiceConfig }) => lookUpServiceConfig)).toEqual([expected]);
});
