import { createRequire } from 'node:module';
import * as grpc from '@grpc/grpc-js';
import { InvalidTargetError } from '@fairlead/core';
import type * as api from '@grpc/grpc-js-xds';

const NAME = '@grpc/grpc-js-xds';

/** The scheme and its balancers belong to grpc-js and not to a pool: once is enough. */
let registered = false;

/**
 * Teaches grpc-js the scheme `xds:`. Required when the first such target is named, and no dependency: few need it, and it must
 * be the application's, which has to share one copy of grpc-js with it and with us.
 *
 * @param target for the text of the error.
 * @throws InvalidTargetError when the package is not installed, cannot be loaded, or has another copy of grpc-js.
 */
export function registerXds(target: string): void {
  if (registered) return;
  const require = createRequire(import.meta.url);
  const path = locate(require, target);
  requireSameGrpc(createRequire(path), target);
  load(require, target).register();
  registered = true;
}

function locate(require: NodeJS.Require, target: string): string {
  try {
    return require.resolve(NAME);
  } catch (cause) {
    throw new InvalidTargetError(target, `xds targets need the package ${NAME} (npm install ${NAME})`, { cause });
  }
}

/** What it registers with a grpc-js of its own, ours never sees: a channel would take `xds` for the name of a host. */
function requireSameGrpc(itsRequire: NodeJS.Require, target: string): void {
  const its = itsRequire('@grpc/grpc-js') as typeof grpc;
  if (its.Channel === grpc.Channel) return;
  const where = itsRequire.resolve('@grpc/grpc-js');
  const reason = `${NAME} uses another copy of @grpc/grpc-js (${where}) than Fairlead: install one version for both`;
  throw new InvalidTargetError(target, reason);
}

function load(require: NodeJS.Require, target: string): typeof api {
  try {
    return require(NAME) as typeof api;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new InvalidTargetError(target, `${NAME} cannot be loaded: ${why}`, { cause });
  }
}
