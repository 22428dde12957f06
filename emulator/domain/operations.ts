/**
 * The meaning of every operation of the hub. The name of an operation is stable and is the same on every door.
 * Each row of a table of routes, topics or links names one operation. The log, limits and faults use the same names.
 * The callers stand beside the name in each row. Operations on device and module twins have the same names, because
 * the client identity distinguishes them.
 */
export const OPERATIONS = {
  // Connections
  openConnection: 'A client opens a connection to a listener.',
  connect: 'A device or module connects.',
  disconnect: 'A device or module disconnects.',
  subscribe: 'A device or module subscribes to what the hub sends it.',
  unsubscribe: 'A device or module ends a subscription.',

  // Identities
  listDevices: 'List device identities.',
  getDevice: 'Read a device identity.',
  createOrUpdateDevice: 'Create or update a device identity.',
  deleteDevice: 'Delete a device identity.',
  listModules: 'List the module identities of a device.',
  getModule: 'Read a module identity.',
  createOrUpdateModule: 'Create or update a module identity.',
  deleteModule: 'Delete a module identity.',
  updateRegistry: 'Create, update and delete identities in bulk.',
  regenerateKeys: 'Regenerate keys of devices and modules.',
  getDeviceStatistics: 'Count devices.',
  getServiceStatistics: 'Count connected devices.',

  // Twins
  getTwin: 'Read a twin.',
  updateTwin: 'Update tags and desired properties.',
  replaceTwin: 'Replace tags and desired properties.',
  updateReportedProperties: 'Update reported properties.',
  receiveTwinResponse: 'Receive the response to a twin request.',
  receiveDesiredProperties: 'Receive a patch of desired properties.',
  getDigitalTwin: 'Read a digital twin.',
  updateDigitalTwin: 'Update a digital twin.',

  // Direct methods
  invokeMethod: 'Invoke a direct method.',
  invokeCommand: 'Invoke a command of a digital twin.',
  sendMethodResponse: 'Respond to a direct method.',

  // Messages
  sendEvent: 'Send a device-to-cloud message.',
  sendMessage: 'Send a cloud-to-device message.',
  receiveMessage: 'Receive a cloud-to-device message.',
  completeMessage: 'Complete a cloud-to-device message.',
  abandonMessage: 'Abandon a cloud-to-device message.',
  rejectMessage: 'Reject a cloud-to-device message.',
  purgeMessages: 'Purge the cloud-to-device messages of a device.',
  receiveInputMessage: 'Receive a message at an input of a module.',
  receiveFeedback: 'Receive feedback on cloud-to-device messages.',
  completeFeedback: 'Complete feedback.',
  abandonFeedback: 'Abandon feedback.',

  // Queries and jobs
  queryTwins: 'Query twins and jobs.',
  createJob: 'Schedule a job.',
  getJob: 'Read a scheduled job.',
  cancelJob: 'Cancel a scheduled job.',
  queryJobs: 'List scheduled jobs.',
  createImportExportJob: 'Import or export the registry.',
  listImportExportJobs: 'List import and export jobs.',
  getImportExportJob: 'Read an import or export job.',
  cancelImportExportJob: 'Cancel an import or export job.',
  importRegistry: 'Import the registry by the first version of the API.',
  exportRegistry: 'Export the registry by the first version of the API.',

  // Configurations
  listConfigurations: 'List configurations.',
  getConfiguration: 'Read a configuration.',
  createOrUpdateConfiguration: 'Create or update a configuration.',
  deleteConfiguration: 'Delete a configuration.',
  testConfigurationQueries: 'Test the queries of a configuration.',
  applyConfigurationContent: 'Apply a configuration to an IoT Edge device.',

  // Files
  createFileUpload: 'Begin a file upload.',
  completeFileUpload: 'End a file upload.',

  // IoT Edge
  getDevicesAndModulesInDeviceScope: 'List the clients below an IoT Edge device.',
  getDeviceAndModuleInDeviceScope: 'Read a client below an IoT Edge device.',
  getDevicesAndModulesInTargetDeviceScope: 'List the clients below a nested IoT Edge device.',
  getDeviceAndModuleOnBehalfOf: 'Read a client on behalf of a nested IoT Edge device.',
  putModuleOnBehalfOf: 'Create or update a module on behalf of a nested IoT Edge device.',
  getModuleOnBehalfOf: 'Read a module on behalf of a nested IoT Edge device.',
  getModulesOnTargetDevice: 'List the modules of a nested IoT Edge device.',
  deleteModuleOnBehalfOf: 'Delete a module on behalf of a nested IoT Edge device.',
} as const satisfies Readonly<Record<string, string>>;

export type Operation = keyof typeof OPERATIONS;

/** The caller of an operation, or the receiver of a delivery: a back end (`service`), a device or a module. */
export type Caller = 'service' | 'device' | 'module';
