import type { ClientIdentity } from '../../domain/identities/client-identity.ts';

/** The credentials that a client presents when it connects. They are not checked yet. */
export interface ClientCredentials {
  /** The ids as the client sent them in the MQTT user name or the path. They may be invalid. */
  readonly deviceId: string;
  readonly moduleId?: string;
  /** The name by which the client addressed the hub, as it wrote it. The door found the hub by this name. */
  readonly hostName?: string | undefined;
  readonly credential:
    | {
        readonly kind: 'token';
        readonly token: string;
        /** True if the token may name its device as `{host}/{deviceId}`. The Go client does so over HTTPS. */
        readonly hasShortScope?: boolean;
      }
    | { readonly kind: 'certificate'; readonly chain: readonly Uint8Array[] }
    | { readonly kind: 'none' };
}

/** An authenticated client. `expiryUtc` (Unix milliseconds) is the expiry of its token, absent for a certificate. */
export interface AuthenticatedClient {
  readonly identity: ClientIdentity;
  readonly method: {
    readonly scope: 'hub' | 'device' | 'module';
    readonly type: 'sas' | 'x509';
  };
  readonly expiryUtc?: number;
}
