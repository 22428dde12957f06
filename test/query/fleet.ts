import { type JsonObject, memberOf } from '../../emulator/domain/json.ts';
import type { QueryCollection } from '../../emulator/query/evaluation/collection.ts';
import type { QuerySource } from '../../emulator/query/syntax/syntax.ts';

/** Twins of thermostats, a camera, an edge gateway and a device that never connected. */
export const DEVICES: readonly JsonObject[] = [
  {
    deviceId: 'th-01',
    etag: 'AAAAAAAAAAQ=',
    status: 'enabled',
    connectionState: 'Connected',
    lastActivityTime: '2025-03-01T10:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: 'dtmi:com:example:Thermostat;1',
    version: 10,
    configurations: {
      'eco-mode': {
        status: 'Applied',
      },
    },
    tags: {
      site: {
        region: 'US',
        plant: 'P1',
      },
      floor: 2,
    },
    properties: {
      desired: {
        interval: 30,
        mode: 'eco',
        $version: 3,
      },
      reported: {
        interval: 30,
        mode: 'eco',
        fw: '1.2.0',
        battery: 81,
        net: {
          type: 'wifi',
          rssi: -50,
        },
        alarms: ['A1', 'A7'],
        $version: 6,
      },
    },
    capabilities: {
      iotEdge: false,
    },
  },
  {
    deviceId: 'th-02',
    etag: 'AAAAAAAAAAM=',
    status: 'enabled',
    connectionState: 'Disconnected',
    lastActivityTime: '2025-02-20T08:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: 'dtmi:com:example:Thermostat;1',
    version: 7,
    tags: {
      site: {
        region: 'US',
        plant: 'P2',
      },
      floor: 2,
    },
    properties: {
      desired: {
        interval: 60,
        $version: 2,
      },
      reported: {
        interval: 30,
        mode: 'full',
        fw: '1.1.0',
        battery: 44,
        net: {
          type: 'cellular',
          rssi: -90,
        },
        $version: 4,
      },
    },
    capabilities: {
      iotEdge: false,
    },
  },
  {
    deviceId: 'th-03',
    etag: 'AAAAAAAAAAI=',
    status: 'disabled',
    connectionState: 'Disconnected',
    lastActivityTime: '2025-01-05T00:00:00Z',
    cloudToDeviceMessageCount: 3,
    authenticationType: 'sas',
    modelId: '',
    version: 4,
    tags: {
      site: {
        region: 'EU',
        plant: 'P9',
      },
      floor: 5,
    },
    properties: {
      desired: {
        $version: 1,
      },
      reported: {
        interval: '30',
        fw: '1.2.0',
        battery: 12.5,
        $version: 2,
      },
    },
    capabilities: {
      iotEdge: false,
    },
  },
  {
    deviceId: 'cam-01',
    etag: 'AAAAAAAAAAI=',
    status: 'enabled',
    connectionState: 'Disconnected',
    lastActivityTime: '0001-01-01T00:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'selfSigned',
    modelId: '',
    version: 5,
    properties: {
      desired: {
        mode: 'eco',
        $version: 2,
      },
      reported: {
        fw: '2.0.0',
        net: {
          type: 'wired',
        },
        hd: true,
        $version: 3,
      },
    },
    capabilities: {
      iotEdge: false,
    },
    deviceScope: 'ms-azure-iot-edge://gw-01-638700000000000000',
    parentScopes: ['ms-azure-iot-edge://gw-01-638700000000000000'],
  },
  {
    deviceId: 'gw-01',
    etag: 'AAAAAAAAAAU=',
    status: 'enabled',
    connectionState: 'Connected',
    lastActivityTime: '2025-03-01T10:05:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: '',
    version: 14,
    configurations: {
      'eco-mode': {
        status: 'Targeted',
      },
      base: {
        status: 'Applied',
      },
    },
    tags: {
      site: {
        region: 'EU',
      },
      role: 'gateway',
    },
    properties: {
      desired: {
        $version: 4,
      },
      reported: {
        $version: 9,
      },
    },
    capabilities: {
      iotEdge: true,
    },
    deviceScope: 'ms-azure-iot-edge://gw-01-638700000000000000',
  },
  {
    deviceId: 'blank',
    etag: 'AAAAAAAAAAE=',
    status: 'enabled',
    connectionState: 'Disconnected',
    lastActivityTime: '0001-01-01T00:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: '',
    version: 2,
    properties: {
      desired: {
        $version: 1,
      },
      reported: {
        $version: 1,
      },
    },
    capabilities: {
      iotEdge: false,
    },
  },
];

const MODULES: readonly JsonObject[] = [
  {
    deviceId: 'gw-01',
    moduleId: '$edgeAgent',
    etag: 'AAAAAAAAAAQ=',
    status: 'enabled',
    connectionState: 'Disconnected',
    lastActivityTime: '0001-01-01T00:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: '',
    version: 13,
    properties: {
      desired: {
        schemaVersion: '1.1',
        $version: 4,
      },
      reported: {
        lastDesiredVersion: 4,
        lastDesiredStatus: {
          code: 200,
        },
        $version: 9,
      },
    },
  },
  {
    deviceId: 'gw-01',
    moduleId: 'filter',
    etag: 'AAAAAAAAAAI=',
    status: 'enabled',
    connectionState: 'Disconnected',
    lastActivityTime: '0001-01-01T00:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: '',
    version: 3,
    tags: {
      team: 'vision',
    },
    properties: {
      desired: {
        threshold: 25,
        $version: 2,
      },
      reported: {
        $version: 1,
      },
    },
  },
  {
    deviceId: 'th-01',
    moduleId: 'sampler',
    etag: 'AAAAAAAAAAE=',
    status: 'enabled',
    connectionState: 'Disconnected',
    lastActivityTime: '0001-01-01T00:00:00Z',
    cloudToDeviceMessageCount: 0,
    authenticationType: 'sas',
    modelId: '',
    version: 4,
    properties: {
      desired: {
        $version: 1,
      },
      reported: {
        status: 'scanning',
        $version: 3,
      },
    },
  },
];

export const DEVICE_JOBS: readonly JsonObject[] = [
  {
    deviceId: 'th-01',
    jobId: 'j-1',
    jobType: 'scheduleUpdateTwin',
    status: 'completed',
    startTimeUtc: '2025-03-01T09:00:01Z',
    endTimeUtc: '2025-03-01T09:00:02Z',
    createdDateTimeUtc: '2025-03-01T09:00:00Z',
    lastUpdatedDateTimeUtc: '2025-03-01T09:00:02Z',
  },
  {
    deviceId: 'th-02',
    jobId: 'j-1',
    jobType: 'scheduleUpdateTwin',
    status: 'completed',
    startTimeUtc: '2025-03-01T09:00:01Z',
    endTimeUtc: '2025-03-01T09:00:02Z',
    createdDateTimeUtc: '2025-03-01T09:00:00Z',
    lastUpdatedDateTimeUtc: '2025-03-01T09:00:02Z',
  },
  {
    deviceId: 'th-01',
    jobId: 'j-2',
    jobType: 'scheduleDeviceMethod',
    status: 'completed',
    startTimeUtc: '2025-03-01T11:00:01Z',
    endTimeUtc: '2025-03-01T11:00:02Z',
    createdDateTimeUtc: '2025-03-01T11:00:00Z',
    lastUpdatedDateTimeUtc: '2025-03-01T11:00:02Z',
    outcome: {
      deviceMethodResponse: {
        status: 200,
        payload: {
          ok: true,
        },
      },
    },
  },
  {
    deviceId: 'th-02',
    jobId: 'j-2',
    jobType: 'scheduleDeviceMethod',
    status: 'failed',
    startTimeUtc: '2025-03-01T11:00:01Z',
    endTimeUtc: '2025-03-01T11:00:21Z',
    createdDateTimeUtc: '2025-03-01T11:00:00Z',
    lastUpdatedDateTimeUtc: '2025-03-01T11:00:21Z',
    error: {
      code: 'DeviceNotOnline',
      description: 'Timed out waiting for device to connect.',
    },
  },
];

export const ROWS: Record<QuerySource, readonly JsonObject[]> = {
  devices: DEVICES,
  'devices.modules': MODULES,
  'devices.jobs': DEVICE_JOBS,
};

const ROOT_NAMES = [
  'deviceId',
  'moduleId',
  'etag',
  'status',
  'statusUpdateTime',
  'connectionState',
  'lastActivityTime',
  'cloudToDeviceMessageCount',
  'authenticationType',
  'x509Thumbprint',
  'modelId',
  'version',
  'configurations',
  'tags',
  'properties',
  'capabilities',
  'deviceScope',
  'parentScopes',
  'jobId',
  'jobType',
  'startTimeUtc',
  'endTimeUtc',
  'createdDateTimeUtc',
  'lastUpdatedDateTimeUtc',
  'outcome',
  'error',
];

/** A collection whose rows are the documents. */
export const DOCUMENTS: QueryCollection<JsonObject> = {
  roots: new Map(
    ROOT_NAMES.map((name) => [name.toLowerCase(), { name, read: (row: JsonObject) => memberOf(row, name) }]),
  ),
  document: (row) => row,
};
