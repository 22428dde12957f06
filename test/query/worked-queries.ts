import { DEVICE_JOBS, DEVICES } from './fleet.ts';

export type WorkedQuery = readonly [query: string, itemType: string, items: readonly unknown[]];

/** Queries over the example fleet with the item type and the items that the hub returns. */
export const WORKED_QUERIES: readonly WorkedQuery[] = [
  ['SELECT * FROM devices', 'Twin', DEVICES],
  ['select deviceId from devices', 'Raw', ids('th-01', 'th-02', 'th-03', 'cam-01', 'gw-01', 'blank')],
  [
    "SELECT DeviceId, LastActivityTime FROM devices WHERE status = 'enabled' AND connectionState = 'Disconnected'",
    'Raw',
    [
      { deviceId: 'th-02', lastActivityTime: '2025-02-20T08:00:00Z' },
      { deviceId: 'cam-01', lastActivityTime: '0001-01-01T00:00:00Z' },
      { deviceId: 'blank', lastActivityTime: '0001-01-01T00:00:00Z' },
    ],
  ],
  ['SELECT COUNT() AS total FROM devices', 'Raw', [{ total: 6 }]],
  ['SELECT TOP 2 deviceId FROM devices', 'Raw', ids('th-01', 'th-02')],
  ["SELECT deviceId FROM devices WHERE tags.site.region = 'US'", 'Raw', ids('th-01', 'th-02')],
  ["SELECT deviceId FROM devices WHERE tags.site.region != 'US'", 'Raw', ids('th-03', 'gw-01')],
  ["SELECT deviceId FROM devices WHERE NOT (tags.site.region = 'US')", 'Raw', ids('th-03', 'gw-01')],
  ['SELECT deviceId FROM devices WHERE NOT is_defined(tags.site.region)', 'Raw', ids('cam-01', 'blank')],
  ['SELECT deviceId FROM devices WHERE is_defined(tags)', 'Raw', ids('th-01', 'th-02', 'th-03', 'gw-01')],
  ['SELECT deviceId FROM devices WHERE tags.floor >= 2 AND tags.floor < 5', 'Raw', ids('th-01', 'th-02')],
  ["SELECT deviceId FROM devices WHERE tags.floor = '2'", 'Raw', []],
  ['SELECT deviceId FROM devices WHERE properties.reported.interval = 30', 'Raw', ids('th-01', 'th-02')],
  [
    'SELECT deviceId FROM devices WHERE properties.reported.interval = properties.desired.interval',
    'Raw',
    ids('th-01'),
  ],
  [
    'SELECT deviceId FROM devices WHERE properties.desired.interval != properties.reported.interval',
    'Raw',
    ids('th-02'),
  ],
  [
    "SELECT deviceId FROM devices WHERE properties.reported.net.type IN ['wifi', 'wired']",
    'Raw',
    ids('th-01', 'cam-01'),
  ],
  [
    "SELECT deviceId FROM devices WHERE properties.reported.net.type NIN ['wifi', 'wired']",
    'Raw',
    ids('th-02'),
  ],
  ["SELECT deviceId FROM devices WHERE deviceId IN ['th-01', 'nope', 'blank']", 'Raw', ids('th-01', 'blank')],
  ["SELECT deviceId FROM devices WHERE STARTSWITH(deviceId, 'th-')", 'Raw', ids('th-01', 'th-02', 'th-03')],
  [
    "SELECT deviceId FROM devices WHERE NOT startswith(deviceId, 'th-') AND NOT startswith(deviceId, 'cam')",
    'Raw',
    ids('gw-01', 'blank'),
  ],
  ["SELECT deviceId FROM devices WHERE ENDSWITH(deviceId, '-01')", 'Raw', ids('th-01', 'cam-01', 'gw-01')],
  [
    "SELECT deviceId FROM devices WHERE properties.reported.fw >= '1.2'",
    'Raw',
    ids('th-01', 'th-03', 'cam-01'),
  ],
  ['SELECT deviceId FROM devices WHERE properties.reported.battery < 50', 'Raw', ids('th-02', 'th-03')],
  ['SELECT deviceId FROM devices WHERE properties.reported.battery * 2 > 100', 'Raw', ids('th-01')],
  ['SELECT deviceId FROM devices WHERE properties.reported.hd = true', 'Raw', ids('cam-01')],
  ['SELECT deviceId FROM devices WHERE properties.reported.hd', 'Raw', ids('cam-01')],
  ['SELECT deviceId FROM devices WHERE properties.reported.fw', 'Raw', []],
  ["SELECT deviceId FROM devices WHERE properties.reported.net = 'wifi'", 'Raw', []],
  ["SELECT deviceId FROM devices WHERE properties.reported.alarms[0] = 'A1'", 'Raw', ids('th-01')],
  [
    "SELECT deviceId FROM devices WHERE ARRAY_CONTAINS(properties.reported.alarms, 'A7')",
    'Raw',
    ids('th-01'),
  ],
  [
    "SELECT deviceId FROM devices WHERE array_contains(parentScopes, 'ms-azure-iot-edge://gw-01-638700000000000000')",
    'Raw',
    ids('cam-01'),
  ],
  ['SELECT deviceId FROM devices WHERE capabilities.iotEdge = true', 'Raw', ids('gw-01')],
  [
    'SELECT deviceId, deviceScope FROM devices WHERE is_defined(deviceScope)',
    'Raw',
    [
      { deviceId: 'cam-01', deviceScope: 'ms-azure-iot-edge://gw-01-638700000000000000' },
      { deviceId: 'gw-01', deviceScope: 'ms-azure-iot-edge://gw-01-638700000000000000' },
    ],
  ],
  ["SELECT deviceId FROM devices WHERE configurations.[[eco-mode]].status = 'Applied'", 'Raw', ids('th-01')],
  ["SELECT deviceId FROM devices WHERE configurations.[[eco-mode]].status = 'Targeted'", 'Raw', ids('gw-01')],
  ['SELECT deviceId FROM devices WHERE properties.desired.$version > 2', 'Raw', ids('th-01', 'gw-01')],
  [
    "SELECT deviceId FROM devices WHERE lastActivityTime > '2025-02-01T00:00:00Z'",
    'Raw',
    ids('th-01', 'th-02', 'gw-01'),
  ],
  ['SELECT deviceId FROM devices WHERE cloudToDeviceMessageCount > 0', 'Raw', ids('th-03')],
  [
    "SELECT deviceId FROM devices WHERE modelId = 'dtmi:com:example:Thermostat;1'",
    'Raw',
    ids('th-01', 'th-02'),
  ],
  [
    "SELECT deviceId FROM devices WHERE tags.site.region = 'US' OR tags.role = 'gateway'",
    'Raw',
    ids('th-01', 'th-02', 'gw-01'),
  ],
  [
    "SELECT deviceId FROM devices WHERE tags.site.region = 'EU' AND (status = 'disabled' OR capabilities.iotEdge = true)",
    'Raw',
    ids('th-03', 'gw-01'),
  ],
  [
    'SELECT deviceId, properties.reported.fw AS fw FROM devices WHERE is_defined(properties.reported.fw)',
    'Raw',
    [
      { deviceId: 'th-01', fw: '1.2.0' },
      { deviceId: 'th-02', fw: '1.1.0' },
      { deviceId: 'th-03', fw: '1.2.0' },
      { deviceId: 'cam-01', fw: '2.0.0' },
    ],
  ],
  [
    "SELECT deviceId AS id, tags.site AS site FROM devices WHERE deviceId = 'th-01'",
    'Raw',
    [{ id: 'th-01', site: { region: 'US', plant: 'P1' } }],
  ],
  [
    "SELECT deviceId, tags.role AS role FROM devices WHERE tags.site.region = 'EU'",
    'Raw',
    [{ deviceId: 'th-03' }, { deviceId: 'gw-01', role: 'gateway' }],
  ],
  [
    'SELECT properties.reported.fw AS fw, COUNT() AS n FROM devices GROUP BY properties.reported.fw',
    'Raw',
    [{ fw: '1.2.0', n: 2 }, { fw: '1.1.0', n: 1 }, { fw: '2.0.0', n: 1 }, { n: 2 }],
  ],
  [
    'SELECT tags.site.region AS region, COUNT() AS n, AVG(properties.reported.battery) AS avgBattery FROM devices WHERE is_defined(tags.site.region) GROUP BY tags.site.region',
    'Raw',
    [
      { region: 'US', n: 2, avgBattery: 62.5 },
      { region: 'EU', n: 2, avgBattery: 12.5 },
    ],
  ],
  [
    'SELECT MIN(properties.reported.battery) AS lo, MAX(properties.reported.battery) AS hi, SUM(cloudToDeviceMessageCount) AS queued FROM devices',
    'Raw',
    [{ lo: 12.5, hi: 81, queued: 3 }],
  ],
  ["SELECT COUNT() AS n FROM devices WHERE deviceId = 'nope'", 'Raw', [{ n: 0 }]],
  ["SELECT * FROM devices WHERE deviceId = 'nope'", 'Twin', []],
  [
    'SELECT deviceId, moduleId FROM devices.modules',
    'Raw',
    [
      { deviceId: 'gw-01', moduleId: '$edgeAgent' },
      { deviceId: 'gw-01', moduleId: 'filter' },
      { deviceId: 'th-01', moduleId: 'sampler' },
    ],
  ],
  [
    "SELECT moduleId FROM devices.modules WHERE devices.deviceId = 'gw-01'",
    'Raw',
    [{ moduleId: '$edgeAgent' }, { moduleId: 'filter' }],
  ],
  [
    "SELECT deviceId, moduleId FROM devices.modules WHERE properties.reported.status = 'scanning' AND deviceId IN ['th-01', 'th-02']",
    'Raw',
    [{ deviceId: 'th-01', moduleId: 'sampler' }],
  ],
  [
    "SELECT deviceId FROM devices.modules WHERE moduleId = '$edgeAgent' AND properties.desired.$version = properties.reported.lastDesiredVersion AND properties.reported.lastDesiredStatus.code = 200",
    'Raw',
    ids('gw-01'),
  ],
  [
    "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'j-2' AND devices.jobs.status = 'failed'",
    'DeviceJob',
    [DEVICE_JOBS[3]],
  ],
  [
    "SELECT * FROM devices.jobs WHERE devices.jobs.deviceId = 'th-01' AND devices.jobs.jobType = 'scheduleUpdateTwin' AND devices.jobs.createdDateTimeUtc > '2025-01-01'",
    'DeviceJob',
    [DEVICE_JOBS[0]],
  ],
];

function ids(...deviceIds: readonly string[]): readonly unknown[] {
  return deviceIds.map((deviceId) => ({ deviceId }));
}
