import type * as grpc from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import type { EchoClient, EchoReply } from './generated/echo.js';

/** What both kinds of generated clients have. */
export type AnyEchoClient = Pick<EchoClient, 'unary' | 'collect' | 'repeat' | 'chat'>;

export function unary(
  client: AnyEchoClient,
  text = 'hi',
  options: Partial<grpc.CallOptions> = {},
  metadata = new Metadata(),
): Promise<EchoReply> {
  return new Promise((resolve, reject) => {
    client.unary({ text }, metadata, options, (error, reply) => (error ? reject(error) : resolve(reply)));
  });
}

/** The error that a call ends with. @throws Error when it does not fail. */
export async function errorOf(call: Promise<unknown>): Promise<grpc.ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as grpc.ServiceError;
  }
  throw new Error('the call did not fail');
}

function collect(client: AnyEchoClient, texts: readonly string[]): Promise<EchoReply> {
  return new Promise((resolve, reject) => {
    const call = client.collect((error, reply) => (error ? reject(error) : resolve(reply)));
    for (const text of texts) call.write({ text });
    call.end();
  });
}

export function received(call: grpc.ClientReadableStream<EchoReply>): Promise<EchoReply[]> {
  return new Promise((resolve, reject) => {
    const replies: EchoReply[] = [];
    call.on('data', (reply: EchoReply) => replies.push(reply));
    call.on('end', () => resolve(replies));
    call.on('error', reject);
  });
}

export function chat(client: AnyEchoClient, texts: readonly string[]): Promise<EchoReply[]> {
  const call = client.chat();
  for (const text of texts) call.write({ text });
  call.end();
  return received(call);
}

/** One call of each kind. @returns the texts of the replies, and the servers that gave them. */
export async function allKinds(client: AnyEchoClient): Promise<{ texts: unknown[]; servers: string[] }> {
  const replies = [
    await unary(client, 'u'),
    await collect(client, ['a', 'b', 'c']),
    await received(client.repeat({ text: 'r' })),
    await chat(client, ['x', 'y']),
  ];
  return {
    texts: replies.map((reply) => (Array.isArray(reply) ? reply.map(({ text }) => text) : reply.text)),
    servers: replies.flat().map(({ server }) => server),
  };
}

/** The texts of {@link allKinds} when nothing went wrong. */
export const ALL_TEXTS = ['u', 'a+b+c', ['r', 'r', 'r'], ['x', 'y']];
