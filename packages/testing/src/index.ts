export * from './time/virtual-clock.js';
export * from './random/seeded-random.js';
export * from './random/scripted-random.js';
export * from './resolver/manual-resolver.js';
export * from './resolver/manual-resolver-factory.js';
