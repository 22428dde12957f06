import { failed, ok, type Result } from '../result.ts';

/** The permissions that a shared access policy can grant. RegistryWrite includes RegistryRead. */
export const PERMISSIONS = ['RegistryRead', 'RegistryWrite', 'ServiceConnect', 'DeviceConnect'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** A shared access policy of the hub. Keys are base64. */
export interface Policy {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

/** Parses a list such as `RegistryWrite,ServiceConnect`. Names are case-insensitive. */
export function parsePermissions(text: string): Result<readonly Permission[]> {
  const permissions: Permission[] = [];
  for (const word of text.split(',')) {
    const permission = PERMISSIONS.find((known) => known.toLowerCase() === word.trim().toLowerCase());
    if (permission === undefined) {
      return failed(
        'ArgumentInvalid',
        `'${word.trim()}' is not a permission: use ${PERMISSIONS.join(', ')}.`,
      );
    }
    permissions.push(permission);
  }
  return ok(permissions);
}

/** Returns the policy with the permissions that its own permissions include. */
export function withIncludedPermissions(policy: Policy): Policy {
  const { permissions } = policy;
  return permissions.includes('RegistryWrite')
    ? { ...policy, permissions: ['RegistryRead', ...permissions] }
    : policy;
}
