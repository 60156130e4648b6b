/**
 * The arrows between the packages, as data: a package's sources may import what stands here and nothing else.
 * Tests may also use what the package lists as devDependencies; examples and benchmarks may use every public entry point.
 *
 * `core` has no dependency at all, so that algorithms and contracts stay testable in virtual time, and so that whoever
 * implements a contract does not inherit grpc-js or Node. `pool` knows neither policies, health nor Kubernetes: they meet
 * in core's contracts. From Node itself core takes only the pure IP-literal checks of node:net. `testing` builds on core only, so that every other package's tests can use it without a cycle.
 */
export const importRules = {
  core: { packages: [], external: [], node: ['node:net'] },
  testing: { packages: ['@fairlead/core'], external: ['@grpc/grpc-js', 'dns-packet'], node: 'any' },
  pool: {
    packages: ['@fairlead/core'],
    external: ['@grpc/grpc-js', '@grpc/grpc-js-xds', 'yaml'],
    // Loaded when a `file:` target is YAML, and when a target is `xds:`; optional peers.
    onlyIn: { yaml: 'resolvers', '@grpc/grpc-js-xds': 'resolvers' },
    node: 'any',
  },
  interceptors: {
    packages: ['@fairlead/core'],
    external: ['@grpc/grpc-js', 'p-queue', 'opossum', '@opentelemetry/api'],
    // One folder knows each of them, so that it can be replaced, and so that who does without it does not load it.
    onlyIn: { 'p-queue': 'bulkhead', opossum: 'circuit-breaker', '@opentelemetry/api': 'telemetry' },
    node: 'any',
  },
  health: { packages: ['@fairlead/core'], external: ['@grpc/grpc-js', 'grpc-health-check'], node: 'any' },
  kubernetes: {
    packages: ['@fairlead/core'],
    external: ['yaml'],
    // Loaded when a kubeconfig is read, and never inside a cluster.
    onlyIn: { yaml: 'cluster' },
    node: 'any',
  },
  fairlead: {
    packages: [
      '@fairlead/core',
      '@fairlead/pool',
      '@fairlead/interceptors',
      '@fairlead/health',
      '@fairlead/kubernetes',
    ],
    external: ['@grpc/grpc-js'],
    node: 'any',
  },
  nestjs: {
    packages: ['@fairlead/core', '@fairlead/health', 'fairlead'],
    external: ['@grpc/grpc-js', '@nestjs/common', '@nestjs/core', '@nestjs/microservices'],
    node: 'any',
  },
  // Judges core's policies, and must not depend on how the pool uses them.
  simulation: {
    packages: ['@fairlead/core', '@fairlead/testing'],
    external: [],
    node: ['node:fs', 'node:path', 'node:util'],
  },
};

/** `@scope/name/deep` and `name/deep` become the package's name. */
export function packageNameOf(specifier) {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

export function isOurs(specifier) {
  const name = packageNameOf(specifier);
  return name === 'fairlead' || name.startsWith('@fairlead/');
}
