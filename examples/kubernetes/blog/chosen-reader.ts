import { numberSetting, setting } from './setting.js';
import type { PostReader } from './storage-service.js';
import { fairleadReader, httpReader, stockGrpcReader } from './storage-readers.js';

const READERS: Readonly<Record<string, (target: string) => PostReader>> = {
  fairlead: fairleadReader,
  grpc: stockGrpcReader,
  http: (address) => httpReader(address, numberSetting('STORAGE_CONNECTIONS')),
};

/** The way to post-storage that the environment says: `STORAGE_CLIENT`, `STORAGE_TARGET`. */
export function chosenReader(): PostReader {
  const kind = setting('STORAGE_CLIENT');
  const reader = READERS[kind];
  if (reader !== undefined) return reader(setting('STORAGE_TARGET'));
  throw new Error(`STORAGE_CLIENT: ${kind} (expected: one of ${Object.keys(READERS).join(', ')})`);
}
