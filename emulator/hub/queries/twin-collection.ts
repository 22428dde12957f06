import type { DeviceId } from '../../domain/identities/client-identity.ts';
import { formatTwinDocument, TWIN_MEMBERS } from '../../domain/twins/twin-document.ts';
import type { QueryCollection, QueryRoot, Reader } from '../../query/evaluation/collection.ts';
import { requiredTexts } from '../../query/evaluation/required-texts.ts';
import type { Condition } from '../../query/syntax/syntax.ts';
import { registrationOf } from '../../store/client-store.ts';
import type { ClientState } from '../../store/hub-store.ts';
import type { ClientRecord, DeviceRecord } from '../../store/records.ts';

const SECTIONS: ReadonlyMap<string, Reader<ClientRecord>> = new Map([
  ['desired', ({ twin }) => twin.properties.desired],
  ['reported', ({ twin }) => twin.properties.reported],
]);

/** The collections `devices` and `devices.modules`: the members of their rows. */
export const TWINS: QueryCollection<ClientRecord> = {
  roots: new Map(
    TWIN_MEMBERS.map(([name, read]): [string, QueryRoot<ClientRecord>] => [
      name.toLowerCase(),
      name === 'properties' ? { name, read, members: SECTIONS } : { name, read },
    ]),
  ),
  document: (record) => formatTwinDocument(record, 'row'),
};

/**
 * Returns the rows that a condition can select, in the order of registration. These are all devices or all modules, or
 * only those of the device ids that the condition requires: back ends often query one device in a large fleet.
 */
export function candidateRows(clients: ClientState, { source, where }: Condition): readonly ClientRecord[] {
  const deviceIds = requiredTexts(where, 'deviceId');
  if (deviceIds === undefined) return source === 'devices' ? clients.deviceRows() : clients.moduleRows();
  const devices: DeviceRecord[] = [];
  for (const deviceId of deviceIds) {
    const device = clients.devices.get(deviceId as DeviceId);
    if (device !== undefined) devices.push(device);
  }
  const rows: ClientRecord[] =
    source === 'devices' ? devices : devices.flatMap(({ modules }) => [...modules.values()]);
  return rows.sort((left, right) => (registrationOf(left) < registrationOf(right) ? -1 : 1));
}
