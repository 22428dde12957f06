import type iothub from 'azure-iothub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';

let http: HttpHub;
let registry: iothub.Registry;

beforeEach(async () => {
  http = await startHttpHub();
  registry = http.registry();
});
afterEach(() => http[Symbol.asyncDispose]());

describe('a digital twin', () => {
  beforeEach(() => registry.create({ deviceId: 'pnp' }));

  it('is another view of the twin, with the same etag', async () => {
    const reply = await http.send('GET', '/digitaltwins/pnp');
    expect(reply.body).toEqual({ $dtId: 'pnp', $metadata: { $model: '' } });
    expect(reply.headers['etag']).toBe('"AAAAAAAAAAE="');
  });

  it('is patched with 202, the new etag, the location and no body', async () => {
    const body = [{ op: 'add', path: '/targetTemperature', value: 21.5 }];
    const headers = { 'If-Match': '"AAAAAAAAAAE="' };
    const reply = await http.send('PATCH', '/digitaltwins/pnp', { headers, body });
    expect(reply).toMatchObject({ status: 202, reason: 'Accepted', text: '' });
    expect(reply.headers).toMatchObject({
      etag: '"AAAAAAAAAAI="',
      location: '/digitaltwins/pnp',
      'content-length': '0',
    });
    expect((await registry.getTwin('pnp')).responseBody.properties.desired).toMatchObject({
      targetTemperature: 21.5,
    });
    expect((await http.send('PATCH', '/digitaltwins/pnp', { headers, body })).status).toBe(412);
    expect(
      (await http.send('PATCH', '/digitaltwins/pnp', { headers: { 'If-Match': '*' }, body })).status,
    ).toBe(202);
  });

  it('is read and patched through the Node digital twin client', async () => {
    const client = http.digitalTwinClient();
    const read = await client.getDigitalTwin('pnp');
    expect(read).toMatchObject({ $dtId: 'pnp' });
    const etag = '"AAAAAAAAAAE="';
    const patch = [{ op: 'add', path: '/level', value: 1 }];
    await client.updateDigitalTwin('pnp', patch, etag);
    expect((await registry.getTwin('pnp')).responseBody.etag).toBe('AAAAAAAAAAI=');
    const stale = await client.updateDigitalTwin('pnp', patch, etag).catch((error) => error);
    expect(stale.statusCode).toBe(412);
  });
});
