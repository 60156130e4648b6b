import { childPath, type ConfigReader } from './config-reader.js';
import { isUint32 } from './uint32.js';

const FIELDS = { supported: ['maxConnectionsPerSubchannel'] };

/**
 * Checks `connectionScaling` (gRFC A105). A client may clamp what it is told, and ours has one connection for each pod: a
 * larger number is no error and has no effect, of which the reader is warned.
 */
export function checkConnectionScaling(value: unknown, path: string, reader: ConfigReader): undefined {
  const object = reader.object(value, path);
  if (object === undefined) return;
  reader.checkFields(object, path, FIELDS);
  const field = 'maxConnectionsPerSubchannel';
  const most = reader.number(object, field, path, isUint32, 'an integer, 0 to 4294967295');
  if (most === undefined || most <= 1) return;
  reader.warnings.push(`${childPath(path, field)}: ${most} counts as 1: each pod has one connection`);
}
