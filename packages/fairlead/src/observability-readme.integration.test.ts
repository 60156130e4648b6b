import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

/** Runs the example of a page that contains `text`, and `then` after it. */
async function run(page: string, text: string, then: string): Promise<[code: number, output: string]> {
  const source = readFileSync(`${packageDirectory}/${page}`, 'utf8');
  const examples = [...source.matchAll(/```ts\n([^]*?)```/g)].map(([, example = '']) => example);
  const script = `${examples.find((example) => example.includes(text))}\n${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: packageDirectory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return [code, output];
}

test('the example of the metrics reference runs', async () => {
  const end = 'await meterProvider.forceFlush(); channel.close(); await meterProvider.shutdown();';
  const [code, output] = await run('../../docs/reference/metrics.md', 'meterProvider', end);
  expect(code).toBe(0);
  expect(output).toContain("name: 'fairlead.pool.members'");
}, 20_000);

test('the example of channelz runs, and shows the channel', async () => {
  const end = `
    const request = { start_channel_id: '0', max_results: '0' };
    channelzHandlers().GetTopChannels({ request }, (_, { channel: [one] }) => console.log(one.ref.name));
    channel.close();
  `;
  expect(await run('README.md', 'channelzHandlers', end)).toEqual([0, 'dns:///greeter.prod:50051\n']);
}, 20_000);
