/** The ids of a device or a module. */
export interface ClientName {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
}
