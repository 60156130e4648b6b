import base from '../../tsdown.base.mjs';

export default {
  ...base,
  // p-queue is ES modules only, and so is what it imports: left outside, the CommonJS build finds no constructor in it, and
  // no jest of CommonJS can load it.
  deps: { alwaysBundle: ['p-queue', 'p-timeout', 'eventemitter3'] },
};
