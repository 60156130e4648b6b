import { describe, expect, test } from '@jest/globals';
import { InvalidOptionError } from '@fairlead/core';
import { parseDocument } from './parse-document.js';
import { readEndpointFile } from './endpoint-file.js';

describe('readEndpointFile', () => {
  test('reads pods in the short and in the long form, and a service config', () => {
    const serviceConfig = { loadBalancingConfig: [{ round_robin: {} }] };
    const hints = { zones: ['a'] };
    const long = { id: 'p', addresses: ['10.0.0.2:1', '[fd00::2]:1'], zone: 'a', weight: 2, priority: 1, hints };
    const file = {
      $schema: 'x',
      endpoints: ['10.0.0.1:50051', long, { address: 'unix:///run/x.sock' }],
      serviceConfig,
    };
    expect(readEndpointFile(file)).toEqual({
      endpoints: [
        { id: '10.0.0.1:50051', addresses: [{ kind: 'tcp', host: '10.0.0.1', port: 50_051 }], attributes: {} },
        {
          id: 'p',
          addresses: [
            { kind: 'tcp', host: '10.0.0.2', port: 1 },
            { kind: 'tcp', host: 'fd00::2', port: 1 },
          ],
          attributes: { zone: 'a', weight: 2, priority: 1, hints },
        },
        { id: 'unix:/run/x.sock', addresses: [{ kind: 'unix', path: '/run/x.sock' }], attributes: {} },
      ],
      serviceConfig,
    });
    expect(readEndpointFile({ endpoints: [] })).toEqual({ endpoints: [] });
  });

  const ADDRESS = '(expected: IP:port, [IPv6]:port or unix:path; names are looked up by dns: targets)';
  test.each<[unknown, string]>([
    [null, 'the file: null (expected: an object with $schema, endpoints, serviceConfig)'],
    [[], 'the file: [] (expected: an object'],
    [{}, 'endpoints: undefined (expected: a list of endpoints)'],
    [{ endpoint: [] }, 'endpoint: [] (expected: unknown field; known are $schema, endpoints, serviceConfig)'],
    [{ endpoints: [{}] }, `endpoints[0].address: undefined ${ADDRESS}`],
    [{ endpoints: ['greeter:1'] }, `endpoints[0].address: "greeter:1" ${ADDRESS}`],
    [{ endpoints: ['10.0.0.1'] }, `endpoints[0].address: "10.0.0.1" ${ADDRESS}`],
    [{ endpoints: ['::1'] }, `endpoints[0].address: "::1" ${ADDRESS}`],
    [{ endpoints: ['10.0.0.1:x'] }, `endpoints[0].address: "10.0.0.1:x" ${ADDRESS}`],
    [{ endpoints: ['unix:'] }, `endpoints[0].address: "unix:" ${ADDRESS}`],
    [{ endpoints: ['1.1.1.1:1', 5] }, 'endpoints[1]: 5 (expected: an object with address, addresses, id, pod'],
    [{ endpoints: [{ addresses: [] }] }, 'endpoints[0].addresses: [] (expected: at least one address)'],
    [{ endpoints: [{ addresses: ['1.1.1.1:1', 'x'] }] }, `endpoints[0].addresses[1]: "x" ${ADDRESS}`],
    [{ endpoints: [{ address: '1.1.1.1:1', addresses: [] }] }, 'endpoints[0].addresses: [] (expected: not set beside'],
    [{ endpoints: [{ address: '1.1.1.1:1', id: '' }] }, 'endpoints[0].id: "" (expected: a string'],
    [{ endpoints: [{ address: '1.1.1.1:1', weight: 0 }] }, 'endpoints[0].weight: 0 (expected: a positive integer)'],
    [{ endpoints: [{ address: '1.1.1.1:1', zone: 1 }] }, 'endpoints[0].zone: 1 (expected: a string)'],
    [{ endpoints: [{ address: '1.1.1.1:1', wieght: 1 }] }, 'endpoints[0].wieght: 1 (expected: unknown field'],
    [{ endpoints: ['1.1.1.1:1', '1.1.1.1:1'] }, 'endpoints[1]: "1.1.1.1:1" (expected: not the pod of endpoints[0])'],
  ])('refuses %j', (file, message) => {
    expect(() => readEndpointFile(file)).toThrow(InvalidOptionError);
    expect(() => readEndpointFile(file)).toThrow(message);
  });
});

test('a file is YAML by its name, and JSON otherwise', async () => {
  expect(await parseDocument('endpoints:\n  - 10.0.0.1:1\n', 'x.yaml')).toEqual({ endpoints: ['10.0.0.1:1'] });
  expect(await parseDocument('{"endpoints":[]}', 'x.YML')).toEqual({ endpoints: [] });
  await expect(parseDocument('endpoints: []', 'x.json')).rejects.toThrow(SyntaxError);
  await expect(parseDocument('a: [', 'x.yaml')).rejects.toThrow('line 1');
});

test('a byte order mark and the line ends of Windows are no error', async () => {
  const endpoints = ['10.0.0.1:1'];
  expect(await parseDocument('\uFEFF{\r\n"endpoints": ["10.0.0.1:1"]\r\n}\r\n', 'x.json')).toEqual({ endpoints });
  expect(await parseDocument('\uFEFFendpoints:\r\n  - 10.0.0.1:1\r\n', 'x.yaml')).toEqual({ endpoints });
});

test.each([
  ['a key that comes twice', 'endpoints: []\nendpoints: []\n', 'Map keys must be unique'],
  ['two documents', 'endpoints: []\n---\nendpoints: []\n', 'multiple documents'],
  [
    'an alias that grows',
    `a: &a [x]\n${'bcdefghij'.replace(/./g, (c, i: number) => `${c}: &${c} [${`*${'abcdefghij'[i]},`.repeat(9)}]\n`)}`,
    'alias',
  ],
  ['nothing', '', 'the file: null'],
  ['only a comment', '# later', 'the file: null'],
  ['a prototype', '__proto__: { endpoints: [] }\n', '__proto__'],
])('YAML with %s is refused', async (_what, text, message) => {
  const read = async () => readEndpointFile(await parseDocument(text, 'x.yaml'));
  await expect(read()).rejects.toThrow(message);
});
