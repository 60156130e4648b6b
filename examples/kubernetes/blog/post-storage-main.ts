// What runs in the pods of `post-storage`. Its manifest sets the variables, and says why they are what they are.
import { startPostStorage } from './post-storage.js';
import { numberSetting, setting } from './setting.js';

await startPostStorage({
  grpcAddress: `0.0.0.0:${setting('GRPC_PORT')}`,
  httpAddress: `0.0.0.0:${setting('HTTP_PORT')}`,
  maxConnectionAgeMs: numberSetting('MAX_CONNECTION_AGE_MS'),
  maxConnectionAgeGraceMs: numberSetting('MAX_CONNECTION_AGE_GRACE_MS'),
  shutdown: {
    propagationDelayMs: numberSetting('PROPAGATION_DELAY_MS'),
    drainTimeoutMs: numberSetting('DRAIN_TIMEOUT_MS'),
  },
});
