import { MethodBreakers } from '@fairlead/interceptors';
import { VirtualClock } from '@fairlead/testing';
import { expect, jest, test } from '@jest/globals';
import { PolicyEmitter } from './policy-emitter.js';

test('follows the breakers only while somebody listens to them', () => {
  const breakers = new MethodBreakers(new VirtualClock());
  const stop = jest.fn();
  const onChange = jest.spyOn(breakers, 'onChange').mockReturnValue(stop);
  const emitter = new PolicyEmitter(breakers);
  const listeners = [jest.fn(), jest.fn()];
  emitter.on('serviceConfig', jest.fn());
  expect(onChange).not.toHaveBeenCalled();
  for (const listener of listeners) emitter.on('breaker', listener);
  expect(onChange).toHaveBeenCalledTimes(1);
  emitter.off('breaker', listeners[0]!);
  expect(stop).not.toHaveBeenCalled();
  emitter.off('breaker', listeners[1]!);
  expect(stop).toHaveBeenCalledTimes(1);
  emitter.on('breaker', listeners[0]!);
  expect(onChange).toHaveBeenCalledTimes(2);
  breakers.close();
});
