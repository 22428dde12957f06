import { formatTwinDocument, TWIN_MEMBERS } from '../../domain/twins/twin-document.ts';
import type { QueryCollection, QueryRoot, Reader } from '../../query/evaluation/collection.ts';
import type { ClientRecord } from '../../store/records.ts';

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
