import { describe, expect, test } from '@jest/globals';
import { decode, encode, RECURSION_DESIRED, type Packet } from './dns-codec.js';
import { answerQuery, encodeForUdp, serverFailure, type DnsZone } from './dns-answer.js';

const NAME = 'pods.default.svc.cluster.local';
const zone: DnsZone = { name: NAME, addresses: ['127.1.1.2', '127.1.1.3'], ttlSeconds: 5 };

/** As it comes in: encoded and decoded once. */
function query(type: string, name: string, udpPayloadSize?: number): Packet {
  const additionals =
    udpPayloadSize === undefined ? [] : [{ type: 'OPT', name: '.', udpPayloadSize, options: [] } as const];
  const questions = [{ type, name, class: 'IN' }];
  return decode(
    encode({ id: 7, type: 'query', flags: RECURSION_DESIRED, questions, answers: [], authorities: [], additionals }),
  );
}

const answer = (asked: Packet, known = zone) => decode(encodeForUdp(asked, answerQuery(asked, known)));

describe('answerQuery', () => {
  test('answers A with all addresses and their TTL, in the spelling of the question', () => {
    const response = answer(query('A', NAME.toUpperCase()));
    expect(response).toMatchObject({ id: 7, type: 'response', rcode: 'NOERROR', flag_aa: true, flag_rd: true });
    expect(response.answers).toMatchObject([
      { type: 'A', name: NAME.toUpperCase(), ttl: 5, data: '127.1.1.2' },
      { type: 'A', data: '127.1.1.3' },
    ]);
    expect(response.authorities).toEqual([]);
  });

  test.each(['AAAA', 'TXT', 'SRV'])('%s of the name is NODATA: no error, no answer, an SOA record', (type) => {
    const response = answer(query(type, NAME));
    expect(response).toMatchObject({ rcode: 'NOERROR', answers: [], authorities: [{ type: 'SOA', ttl: 5 }] });
  });

  test.each(['A', 'AAAA'])('%s of a name without endpoints does not exist', (type) => {
    const response = answer(query(type, NAME), { ...zone, addresses: [] });
    expect(response).toMatchObject({ rcode: 'NXDOMAIN', answers: [], authorities: [{ type: 'SOA' }] });
  });

  test('other names do not exist', () => {
    expect(answer(query('A', `x.${NAME}`)).rcode).toBe('NXDOMAIN');
  });

  test('refuses a query without a question', () => {
    expect(decode(encode(answerQuery({ ...query('A', NAME), questions: [] }, zone))).rcode).toBe('REFUSED');
  });

  test('failure of the server', () => {
    expect(decode(encode(serverFailure(query('A', NAME)))).rcode).toBe('SERVFAIL');
  });
});

describe('encodeForUdp', () => {
  const many = { ...zone, addresses: Array.from({ length: 20 }, (_, index) => `127.1.1.${index + 2}`) };

  test('cuts what does not fit in 512 bytes, and says so', () => {
    const asked = query('A', NAME);
    const message = encodeForUdp(asked, answerQuery(asked, many));
    expect(message.byteLength).toBeLessThanOrEqual(512);
    expect(decode(message)).toMatchObject({ flag_tc: true, answers: [], rcode: 'NOERROR' });
  });

  test('sends more to clients that take more, up to 1232 bytes, and answers EDNS with EDNS', () => {
    const asked = query('A', NAME, 1_400);
    const response = answer(asked, many);
    expect(response.answers).toHaveLength(20);
    expect(response.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1_232 }]);
    const tooMany = { ...zone, addresses: [...many.addresses, ...many.addresses] };
    expect(answer(asked, tooMany).flag_tc).toBe(true);
  });
});
