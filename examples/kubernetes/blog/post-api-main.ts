// What runs in the pods of `post-api`. Its manifest sets the variables, and says why they are what they are.
import { chosenReader } from './chosen-reader.js';
import { startPostApi } from './post-api.js';
import { numberSetting, setting } from './setting.js';

await startPostApi({
  address: `0.0.0.0:${setting('HTTP_PORT')}`,
  storage: chosenReader(),
  drainTimeoutMs: numberSetting('DRAIN_TIMEOUT_MS'),
});
