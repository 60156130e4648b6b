import type { CallArguments, CreateCallArguments } from '../grpc-types.js';

/** @throws TypeError for what grpc-js throws for, and when it does: later, nobody could catch it. */
export function callArguments(...[path, deadline, host, parent, propagateFlags]: CreateCallArguments): CallArguments {
  if (typeof path !== 'string') throw new TypeError('Channel#createCall: method must be a string');
  if (!(typeof deadline === 'number' || deadline instanceof Date)) {
    throw new TypeError('Channel#createCall: deadline must be a number or Date');
  }
  return { path, deadline, host, parent, propagateFlags };
}
