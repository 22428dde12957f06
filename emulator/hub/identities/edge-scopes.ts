import type { DeviceId } from '../../domain/identities/client-identity.ts';
import { type DeviceIdentity, EDGE_SCOPE_PREFIX } from '../../domain/identities/identity.ts';
import type { DeviceRequest } from '../../domain/identities/identity-request.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientState } from '../../store/hub-store.ts';

/** The scope members of a device identity. */
export type Scopes = Pick<DeviceIdentity, 'deviceScope' | 'parentScopes'>;

/** The kind of write: a new device with its creation time in ticks, or the update of an existing device. */
export type ScopeWrite =
  | { readonly kind: 'create'; readonly ticks: bigint }
  | { readonly kind: 'update'; readonly before: DeviceIdentity };

/**
 * Determines the scope and the parents of a device. An edge device has its own scope and names its parent in
 * `parentScopes`. A leaf device names its parent in `deviceScope`, and the hub copies it to `parentScopes`.
 */
export function resolveScopes(
  clients: ClientState,
  request: DeviceRequest,
  write: ScopeWrite,
): Result<Scopes> {
  if (request.isEdge) return resolveEdgeScopes(clients, request, write);
  // An edge device that becomes a leaf device loses its parent. A second update can set a parent.
  const wasEdge = write.kind === 'update' && write.before.isEdge;
  if (wasEdge || request.deviceScope === null) return ok({ deviceScope: null, parentScopes: [] });
  if (!isEdgeScope(clients, request.deviceScope)) return invalidScope(request.deviceScope);
  return ok({ deviceScope: request.deviceScope, parentScopes: [request.deviceScope] });
}

function resolveEdgeScopes(clients: ClientState, request: DeviceRequest, write: ScopeWrite): Result<Scopes> {
  const ownScope = resolveOwnScope(request, write);
  if (!ownScope.ok) return ownScope;
  const parentScopes = request.parentScopes ?? [];
  const unknown = parentScopes.find((scope) => !isEdgeScope(clients, scope));
  if (unknown !== undefined) return invalidScope(unknown);
  return ok({ deviceScope: ownScope.value, parentScopes });
}

function resolveOwnScope(request: DeviceRequest, write: ScopeWrite): Result<string> {
  if (write.kind === 'create') return ok(`${EDGE_SCOPE_PREFIX}${request.deviceId}-${write.ticks}`);
  if (write.before.isEdge) {
    if (request.deviceScope === write.before.deviceScope) return ok(request.deviceScope ?? '');
    return failed('ArgumentInvalid', 'Device scope is immutable');
  }
  if (request.deviceScope !== null) return invalidScope(request.deviceScope);
  return ok(`${EDGE_SCOPE_PREFIX}${request.deviceId}-`);
}

function isEdgeScope(clients: ClientState, scope: string): boolean {
  if (!scope.startsWith(EDGE_SCOPE_PREFIX)) return false;
  const deviceId = scope.slice(EDGE_SCOPE_PREFIX.length, scope.lastIndexOf('-')) as DeviceId;
  const identity = clients.devices.get(deviceId)?.identity;
  return identity?.isEdge === true && identity.deviceScope === scope;
}

function invalidScope(scope: string): Result<never> {
  return failed('InvalidDeviceScope', `No edge device has the scope '${scope.slice(0, 200)}'.`);
}
