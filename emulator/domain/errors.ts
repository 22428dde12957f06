import type { ErrorReason } from './log-reasons.ts';

/**
 * The error catalogue of IoT Hub: name → code. The first three digits of a code are the HTTP status, except for
 * `FeatureNotSupported`. Source: the service's published error codes and its REST description.
 */
export const HUB_ERRORS = {
  GenericBadRequest: 400000,
  InvalidProtocolVersion: 400001,
  InvalidOperation: 400003,
  ArgumentInvalid: 400004,
  ArgumentNull: 400005,
  IotHubFormatError: 400006,
  DeviceDefinedMultipleTimes: 400011,
  BulkRegistryOperationFailure: 400013,
  DefaultStorageEndpointNotConfigured: 400014,
  ConnectionForcefullyClosedOnNewConnection: 400027,
  InvalidDeviceScope: 400028,
  InvalidPolicyKey: 400035,
  BulkRegenerateDeviceKeyOperationFailure: 400036,
  CannotRegisterModuleToModule: 400301,
  InvalidDigitalTwinJsonPatch: 400505,
  InvalidDigitalTwinPayload: 400506,
  InvalidDigitalTwinPatch: 400507,
  InvalidDigitalTwinPatchPath: 400508,
  IotHubNotFound: 401001,
  IotHubUnauthorizedAccess: 401002,
  IotHubUnauthorized: 401003,
  SystemModuleModifyUnauthorizedAccess: 401100,
  DeviceMaximumQueueDepthExceeded: 403004,
  InvalidMessageExpiryTime: 403009,
  DeviceDisabled: 403012,
  DeviceModelMaxPropertiesExceeded: 403100,
  DeviceMaximumInflightMethodExceeded: 403800,
  GenericNotFound: 404000,
  DeviceNotFound: 404001,
  JobNotFound: 404002,
  ModuleNotFound: 404010,
  // Status 501, because clients read every 404 as a device that does not exist.
  FeatureNotSupported: 404013,
  DeviceNotOnline: 404103,
  DeviceConnectionClosedRemotely: 404104,
  GenericMethodNotAllowed: 405000,
  OperationNotAllowedInCurrentState: 405102,
  DeviceAlreadyExists: 409001,
  DeviceJobAlreadyExists: 409103,
  JobAlreadyExists: 409104,
  ModuleAlreadyExistsOnDevice: 409301,
  PreconditionFailed: 412001,
  DeviceMessageLockLost: 412002,
  MessageTooLarge: 413001,
  TooManyDevices: 413002,
  TooManyModulesOnDevice: 413003,
  GenericUnsupportedMediaType: 415000,
  IncompatibleDataType: 415101,
  ThrottlingBacklogTimeout: 429003,
  ThrottlingMaxActiveJobCountExceeded: 429004,
  ServerError: 500001,
  GenericBadGateway: 502000,
  ServiceUnavailable: 503001,
  GatewayTimeout: 504101,
} as const;

export type HubErrorName = keyof typeof HUB_ERRORS;

/** An error of the catalogue. `message` is the text after the code. `reason` is a stable word for the log only. */
export interface HubError {
  readonly name: HubErrorName;
  readonly message: string;
  readonly reason?: ErrorReason;
}

/** Returns the HTTP status of an error: 501 if the emulator lacks the operation, else the first digits of its code. */
export function httpStatusOf(name: HubErrorName): number {
  if (name === 'FeatureNotSupported') return 501;
  return Math.floor(HUB_ERRORS[name] / 1000);
}
