import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, report, startHub } from '../../../harness/harness.ts';
import { errorOf, failureOf } from '../failures.ts';

let hub: LocalHub;
let registry: iothub.Registry;

beforeAll(async () => {
  hub = await startHub();
  registry = hub.registry();
  for (const [index, floor] of [1, 2, 2, 3].entries()) {
    const deviceId = `th-${index + 1}`;
    await registry.create({ deviceId });
    await registry.updateTwin(
      deviceId,
      { tags: { floor, site: { plant: floor === 3 ? 'P2' : 'P1' } }, properties: { desired: { floor } } },
      '*',
    );
  }
  await registry.create({ deviceId: 'untagged', status: 'disabled' });
  for (const moduleId of ['camera', 'door']) await registry.addModule({ deviceId: 'th-1', moduleId });
  await registry.updateModuleTwin('th-1', 'camera', { tags: { lens: 'wide' } }, '*');
});
afterAll(() => hub[Symbol.asyncDispose]());

async function ask(text: string): Promise<Record<string, unknown>[]> {
  return (await registry.createQuery(text).next()).result;
}

async function idsOf(condition: string): Promise<unknown[]> {
  return (await ask(`SELECT deviceId FROM devices WHERE ${condition}`)).map(({ deviceId }) => deviceId);
}

describe('query', () => {
  it('returns whole twins, also as twin objects of the SDK', async () => {
    const query = registry.createQuery("SELECT * FROM devices WHERE deviceId = 'th-1'");
    const { result: twins } = await query.nextAsTwin();
    expect(query.hasMoreResults).toBe(false);
    expect(twins).toMatchObject([
      { deviceId: 'th-1', tags: { floor: 1 }, properties: { desired: { floor: 1, $version: 2 } } },
    ]);
    // A twin object of a query can be updated.
    await twins[0]?.update({ tags: { seen: true } });
    expect(await idsOf('tags.seen = true')).toEqual(['th-1']);
  });

  it('returns its result in pages', async () => {
    const query = registry.createQuery('SELECT deviceId FROM devices', 2);
    const pages: unknown[][] = [];
    while (query.hasMoreResults) {
      // Without the token the SDK requests the first page again.
      const { result, message } = await query.next(query.continuationToken);
      expect(message.headers['x-ms-item-type']).toBe('Raw');
      pages.push(result.map(({ deviceId }: { deviceId: string }) => deviceId));
    }
    expect(pages).toEqual([['th-1', 'th-2'], ['th-3', 'th-4'], ['untagged']]);
  });

  it('continues from a stored continuation token', async () => {
    const text = 'SELECT * FROM devices';
    const first = registry.createQuery(text, 3);
    await first.next();
    const { result } = await registry.createQuery(text, 3).nextAsTwin(first.continuationToken);
    expect(result.map(({ deviceId }) => deviceId)).toEqual(['th-4', 'untagged']);
  });

  it.each<[string, string, unknown[]]>([
    ['by status', "status = 'disabled'", ['untagged']],
    ['by a tag', 'tags.floor >= 2 AND tags.floor < 3', ['th-2', 'th-3']],
    ['by a nested tag', "tags.site.plant = 'P2'", ['th-4']],
    ['by a list', 'tags.floor IN [1, 3]', ['th-1', 'th-4']],
    ['by an absent tag', 'NOT IS_DEFINED(tags.floor)', ['untagged']],
    ['by a desired property', 'properties.desired.floor = 3 OR false', ['th-4']],
    ['by the beginning of an id', "STARTSWITH(deviceId, 'th-')", ['th-1', 'th-2', 'th-3', 'th-4']],
    ['by arithmetic', 'tags.floor * 2 + 1 = 7', ['th-4']],
  ])('selects devices %s', async (_what, condition, deviceIds) => {
    expect(await idsOf(condition)).toEqual(deviceIds);
  });

  it('returns projections, counts and groups', async () => {
    expect(await ask("SELECT deviceId AS id, tags.site.plant FROM devices WHERE deviceId = 'th-4'")).toEqual([
      { id: 'th-4', plant: 'P2' },
    ]);
    expect(await ask('SELECT COUNT() AS count, MAX(tags.floor) AS highest FROM devices')).toEqual([
      { count: 5, highest: 3 },
    ]);
    const groups = await ask(
      'SELECT tags.floor AS floor, COUNT() AS count FROM devices WHERE IS_DEFINED(tags.floor) GROUP BY tags.floor',
    );
    expect(groups).toEqual([
      { floor: 1, count: 1 },
      { floor: 2, count: 2 },
      { floor: 3, count: 1 },
    ]);
  });

  it('selects modules', async () => {
    const { result } = await registry
      .createQuery("SELECT * FROM devices.modules WHERE tags.lens = 'wide'")
      .nextAsTwin();
    expect(result).toMatchObject([{ deviceId: 'th-1', moduleId: 'camera', tags: { lens: 'wide' } }]);
    expect(await ask('SELECT moduleId FROM devices.modules')).toEqual([
      { moduleId: 'camera' },
      { moduleId: 'door' },
    ]);
  });

  it('immediately reflects connection states and reported properties', async () => {
    const device = await hub.provision({ deviceId: 'live' });
    const client = await device.connect();
    await report(await client.getTwin(), { battery: 81 });
    expect(await idsOf("connectionState = 'Connected' AND properties.reported.battery > 80")).toEqual([
      'live',
    ]);
    await client.close();
    await registry.delete('live');
    expect(await idsOf("deviceId = 'live'")).toEqual([]);
  });
});

describe('invalid query', () => {
  it.each<[string, string, RegExp]>([
    ['with an unknown keyword', 'SELEKT * FROM devices', /1:1|line 1/i],
    ['with an incomplete condition', 'SELECT * FROM devices WHERE tags.floor =', /1:\d+|line 1/i],
    ['with an unknown collection', 'SELECT * FROM things', /things|1:\d+/i],
    ['with an unknown function', "SELECT * FROM devices WHERE STARTS_WITH(deviceId, 'a')", /STARTS_WITH/i],
    ['that is too long', `SELECT * FROM devices WHERE deviceId = '${'x'.repeat(8192)}'`, /8192/],
  ])('is refused with its position: %s', async (_what, text, place) => {
    const error = await errorOf(registry.createQuery(text).next());
    expect(error.name).toBe('ArgumentError');
    expect(error.message).toMatch(place);
    expect(await failureOf(registry.createQuery(text).next())).toMatchObject({ code: 'ArgumentInvalid' });
  });

  it('is refused with the continuation token of another query', async () => {
    const first = registry.createQuery('SELECT * FROM devices', 1);
    await first.next();
    const other = registry.createQuery('SELECT * FROM devices.modules', 1);
    expect(await failureOf(other.next(first.continuationToken))).toEqual({
      error: 'ArgumentError',
      code: 'ArgumentInvalid',
    });
  });

  it('is refused if it has no text', async () => {
    expect(await failureOf(registry.createQuery(' ').next())).toEqual({
      error: 'ArgumentError',
      code: 'ArgumentNull',
    });
  });

  it('is refused without the RegistryRead permission', async () => {
    const other = hub.registry(hub.connectionStringOf('service'));
    expect(await failureOf(other.createQuery('SELECT * FROM devices').next())).toEqual({
      error: 'UnauthorizedError',
      code: 'IotHubUnauthorizedAccess',
    });
  });
});
