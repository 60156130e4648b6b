import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { echoService, fail, leakCheck, ScriptedServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { createChannel } from './index.js';

interface Client extends grpc.Client {
  clientStream(callback: (error: grpc.ServiceError | null) => void): grpc.ClientWritableStream<Buffer>;
}
const Client = grpc.makeGenericClientConstructor(echoService, 'Echo') as unknown as new (
  ...args: ConstructorParameters<typeof grpc.Client>
) => Client;

test('a stream that is written on after its call has ended finishes, as with a channel of grpc-js', async () => {
  const leaks = leakCheck();
  const server = await ScriptedServer.start({ script: fail(grpc.status.PERMISSION_DENIED) });
  const insecure = grpc.credentials.createInsecure();
  const channel = createChannel(`ipv4:${server.address}`, insecure);
  const closed = new Promise<void>((resolve) => channel.on('closed', resolve));
  const client = new Client('unused', insecure, { channelOverride: channel });
  const source = new PassThrough();
  const ended = new Promise<grpc.ServiceError | null>((resolve) => {
    const call = client.clientStream(resolve);
    void pipeline(source, call as unknown as NodeJS.WritableStream).then(
      () => source.emit('piped'),
      () => source.emit('piped'),
    );
  });
  const piped = new Promise((resolve) => source.once('piped', resolve));
  source.write('first');
  expect((await ended)?.code).toBe(grpc.status.PERMISSION_DENIED);
  for (let n = 0; n < 5; n += 1) source.write(`after ${n}`);
  source.end();
  await piped;
  client.close();
  await closed;
  await server.close();
  await leaks.assertNothingLeft();
});
