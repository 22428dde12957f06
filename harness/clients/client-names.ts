/** The ids of a device or a module. */
export interface ClientName {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
}

/** Formats `device` or `device/module`. */
export function formatClientName({ deviceId, moduleId }: ClientName): string {
  return moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
}
