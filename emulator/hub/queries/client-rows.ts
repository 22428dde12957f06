import type { ClientRecord, DeviceRecord, ModuleRecord } from '../../store/hub-state.ts';
import type { HubParts } from '../hub-parts.ts';

/** Devices and modules as arrays in the order of registration, as queries and jobs read them. */
export interface ClientRows {
  devices(): readonly DeviceRecord[];
  modules(): readonly ModuleRecord[];
}

/** Keeps the arrays until an identity goes, so that a query need not gather a million records first. */
export function createClientRows({ state, happenings }: HubParts): ClientRows {
  let devices: DeviceRecord[] | undefined;
  let modules: ModuleRecord[] | undefined;

  happenings.listen(({ kind, identity }) => {
    if (kind === 'identityCreated') {
      const record = state.find(identity);
      if (record?.kind === 'device') devices?.push(record);
      else if (record?.kind === 'module') modules?.push(record);
    } else if (kind === 'identityDeleted') {
      if (identity.moduleId === undefined) devices = undefined;
      else modules = undefined;
    }
  });

  return {
    devices: () => (devices ??= [...state.devices.values()]),
    modules: () => (modules ??= gatherModules()),
  };

  function gatherModules(): ModuleRecord[] {
    const rows: ModuleRecord[] = [];
    for (const device of state.devices.values()) rows.push(...device.modules.values());
    return rows.sort((left, right) => (registrationOf(left) < registrationOf(right) ? -1 : 1));
  }
}

/** What grows with each registration and is never given twice: texts of equal length, compared as such. */
export function registrationOf(record: ClientRecord): string {
  return record.identity.generationId;
}
