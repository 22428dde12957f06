import type { ClientIdentity } from '../../domain/identities/client-identity.ts';

/** What a client presents when it connects. Nothing of it is checked yet. */
export interface ClientCredentials {
  /** The ids as the client wrote them in the MQTT user name or the path; they may be invalid. */
  readonly deviceId: string;
  readonly moduleId?: string;
  /** The host name of the hub as the client wrote it in the MQTT user name. Absent if the wire has none. */
  readonly hostName?: string;
  readonly credential:
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'certificate'; readonly chain: readonly Uint8Array[] }
    | { readonly kind: 'none' };
}

/** A client that has been authenticated. `expiryUtc` (Unix milliseconds) is that of its token, absent for a certificate. */
export interface AuthenticatedClient {
  readonly identity: ClientIdentity;
  readonly method: {
    readonly scope: 'hub' | 'device' | 'module';
    readonly type: 'sas' | 'x509';
  };
  readonly expiryUtc?: number;
}
