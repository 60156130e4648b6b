import { describe, expect, test } from '@jest/globals';
import { exactNames, SearchedNames } from './names.js';

const POD = { search: ['prod.svc.cluster.local', 'svc.cluster.local'], ndots: 5 };

/** Names that exist are answered with themselves; each query is written down. */
class Fixture {
  readonly existing = new Set<string>();
  readonly failing = new Set<string>();
  readonly names = new SearchedNames(() => Promise.resolve(this.rules));
  rules = POD;
  asked: string[] = [];

  async ask(host: string): Promise<{ found: string | undefined; asked: readonly string[] }> {
    this.asked = [];
    const answer = await this.names.ask(host, (name) => this.query(name)).catch((error: unknown) => error);
    const found = (answer as { answer?: string }).answer;
    return { found, asked: this.asked };
  }

  query(name: string): Promise<string> {
    this.asked.push(name);
    if (this.existing.has(name)) return Promise.resolve(name);
    const code = this.failing.has(name) ? 'ESERVFAIL' : 'ENOTFOUND';
    return Promise.reject(Object.assign(new Error(code), { code }));
  }
}

describe('SearchedNames', () => {
  test('goes through the search list once, and asks for the name that it found from then on', async () => {
    const fixture = new Fixture();
    fixture.existing.add('api.example.com');
    const list = ['api.example.com.prod.svc.cluster.local', 'api.example.com.svc.cluster.local', 'api.example.com'];
    expect(await fixture.ask('api.example.com')).toEqual({ found: 'api.example.com', asked: list });
    expect(await fixture.ask('api.example.com')).toEqual({ found: 'api.example.com', asked: ['api.example.com'] });
  });

  test('searches anew when that name has ceased to exist', async () => {
    const fixture = new Fixture();
    fixture.existing.add('greeter.svc.cluster.local');
    await fixture.ask('greeter');
    fixture.existing.clear();
    fixture.existing.add('greeter.prod.svc.cluster.local');
    expect(await fixture.ask('greeter')).toEqual({
      found: 'greeter.prod.svc.cluster.local',
      asked: ['greeter.svc.cluster.local', 'greeter.prod.svc.cluster.local'],
    });
  });

  test('searches anew when resolv.conf does not lead to that name any more', async () => {
    const fixture = new Fixture();
    fixture.existing.add('greeter.svc.cluster.local');
    await fixture.ask('greeter');
    fixture.rules = { search: ['other'], ndots: 5 };
    fixture.existing.add('greeter.other');
    expect(await fixture.ask('greeter')).toEqual({ found: 'greeter.other', asked: ['greeter.other'] });
  });

  test('takes no other name for one that could not be looked up', async () => {
    const fixture = new Fixture();
    fixture.failing.add('greeter.prod.svc.cluster.local');
    fixture.existing.add('greeter.svc.cluster.local');
    expect(await fixture.ask('greeter')).toEqual({ found: undefined, asked: ['greeter.prod.svc.cluster.local'] });
  });

  test('asks for a name with a final dot, and for nothing else', async () => {
    expect((await new Fixture().ask('greeter.prod.')).asked).toEqual(['greeter.prod']);
  });

  test('asks for nothing more once it is cancelled', async () => {
    const fixture = new Fixture();
    const result = fixture.names.ask('greeter', (name) => {
      fixture.names.cancel();
      return fixture.query(name);
    });
    await expect(result).rejects.toMatchObject({ code: 'ECANCELLED', message: 'DNS look-up of greeter was cancelled' });
    expect(fixture.asked).toHaveLength(1);
  });
});

test('exactNames knows no search list', async () => {
  expect(await exactNames.ask('greeter.', (name) => Promise.resolve(`[${name}]`))).toEqual({
    name: 'greeter',
    answer: '[greeter]',
  });
});
