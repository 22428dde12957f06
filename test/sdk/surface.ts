import iotDevice from 'azure-iot-device';
import iothub from 'azure-iothub';
import type { Capability } from './transports.ts';

/** How a method of the SDK is covered. */
export type Coverage =
  /** The test, named by its suites and its own title, calls it. */
  | { readonly kind: 'tested'; readonly file: string; readonly test: string }
  /** It belongs to a door that comes later; the test shows that the hub refuses it by name. */
  | { readonly kind: 'refused'; readonly reason: string; readonly file: string; readonly test: string }
  /** It belongs to a door that comes later and does not reach the hub before. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** No transport that there is can do it; the reasons stand in the list of transports. */
  | { readonly kind: 'unavailable'; readonly capability: Capability };

/** A class of the SDK with all its public methods; a static one is written `static name`. */
export interface SdkClass {
  readonly sdkClass: { readonly prototype: object };
  /** The files of its package that declare what is public. */
  readonly declarations: readonly string[];
  readonly methods: Readonly<Record<string, Coverage>>;
}

const CONFIGURATIONS = 'automatic device configurations come later';
const STORAGE = 'what needs blob storage comes later';
const REFUSED = 'what belongs to a later door is refused by name';
const AMQP = 'the service client speaks AMQP for it';

const registry = (test: string) => tested('registry.test.ts', test);
const modules = (test: string) => tested('modules.test.ts', test);
const bulk = (test: string) => tested('bulk.test.ts', test);
const twins = (test: string) => tested('twins.test.ts', test);
const queries = (test: string) => tested('queries.test.ts', test);
const jobs = (test: string) => tested('jobs.test.ts', test);
const methods = (test: string) => tested('methods.test.ts', test);
const digitalTwins = (test: string) => tested('digital-twins.test.ts', test);
const messages = (test: string) => tested('messages.test.ts', test);
const telemetry = (test: string) => tested('telemetry.test.ts', test);
const deviceClient = (test: string) => tested('clients.test.ts', `a device client over %s > ${test}`);
const moduleClient = (test: string) => tested('clients.test.ts', `a module client over %s > ${test}`);

const MODULE_CLIENT_OPTIONS = moduleClient('takes a new token, options and a retry policy');
const CREATED_FROM_CREDENTIALS =
  'is made from a connection string, a SAS token or a credential of Microsoft Entra';

/** Every class that a back end, a device or a module works with. */
export const SURFACE: Readonly<Record<string, SdkClass>> = {
  Registry: {
    sdkClass: iothub.Registry,
    declarations: ['azure-iothub/dist/registry.d.ts'],
    methods: {
      create: registry('a back end creates a device > and gets its identity with generated keys'),
      get: registry('a back end reads > a device'),
      list: registry('a back end reads > all devices'),
      getRegistryStatistics: registry('a back end reads > how many devices there are'),
      update: registry(
        'a back end updates a device > and its status, its reason and the time of the change follow',
      ),
      delete: registry('a back end deletes a device > with its twin and its modules'),
      addDevices: bulk('a back end adds devices > a hundred at once'),
      updateDevices: bulk('a back end updates devices > by force, whatever their etags'),
      removeDevices: bulk('a back end removes devices > by force'),
      addModule: modules('a back end adds a module > and gets its identity with generated keys'),
      getModule: modules('a back end reads > a module'),
      getModulesOnDevice: modules(
        'a back end reads > all modules of a device, an IoT Edge device’s own ones with them',
      ),
      updateModule: modules('a back end updates a module > by its etag, and no more when that is stale'),
      removeModule: modules('a back end removes a module > by its ids'),
      getTwin: twins('a back end > reads the twin of a new device'),
      updateTwin: twins('a back end > writes tags and desired properties of a device, each with its version'),
      getModuleTwin: twins('a back end > reads the twin of a new module, which is its own'),
      updateModuleTwin: twins('a back end > writes tags and desired properties of a module'),
      createQuery: queries('a query > gives whole twins, as the SDK’s twin objects too'),
      addConfiguration: refusedToService(CONFIGURATIONS),
      getConfiguration: refusedToService(CONFIGURATIONS),
      getConfigurations: refusedToService(CONFIGURATIONS),
      updateConfiguration: refusedToService(CONFIGURATIONS),
      removeConfiguration: refusedToService(CONFIGURATIONS),
      applyConfigurationContentOnDevice: refusedToService(CONFIGURATIONS),
      importDevicesFromBlob: refusedToService(STORAGE),
      importDevicesFromBlobByIdentity: refusedToService(STORAGE),
      exportDevicesToBlob: refusedToService(STORAGE),
      exportDevicesToBlobByIdentity: refusedToService(STORAGE),
      listJobs: refusedToService(STORAGE),
      getJob: refusedToService(STORAGE),
      cancelJob: refusedToService(STORAGE),
      'static fromConnectionString': registry('a registry client > is made from a connection string'),
      'static fromSharedAccessSignature': registry(
        'a registry client > is made from a SAS token of a policy',
      ),
      'static fromTokenCredential': registry(
        'a registry client > is made from a credential of Microsoft Entra',
      ),
    },
  },
  'service Client': {
    sdkClass: iothub.Client,
    declarations: ['azure-iothub/dist/client.d.ts'],
    methods: {
      invokeDeviceMethod: methods(
        'a back end > invokes a method of a device or a module with the SDK’s service client',
      ),
      'static fromConnectionString': methods(`a service client > ${CREATED_FROM_CREDENTIALS}`),
      'static fromSharedAccessSignature': methods(`a service client > ${CREATED_FROM_CREDENTIALS}`),
      'static fromTokenCredential': methods(`a service client > ${CREATED_FROM_CREDENTIALS}`),
      open: unsupported(AMQP),
      close: unsupported(AMQP),
      send: unsupported(AMQP),
      getFeedbackReceiver: unsupported(AMQP),
      getFileNotificationReceiver: unsupported(AMQP),
      setRetryPolicy: unsupported('it rules only what the service client does over AMQP'),
    },
  },
  JobClient: {
    sdkClass: iothub.JobClient,
    declarations: ['azure-iothub/dist/job_client.d.ts'],
    methods: {
      scheduleTwinUpdate: jobs(
        'a job that updates twins > is queued, runs over what its condition selects, and tells how each device fared',
      ),
      scheduleDeviceMethod: jobs(
        'a job that invokes a direct method > tells what each device answered, and of those that were not online',
      ),
      getJob: jobs(
        'a back end > reads of a job that the hub does not hold that it is unknown, and cannot cancel it',
      ),
      cancelJob: jobs('a job for later > can be cancelled, but not once it is over'),
      createQuery: jobs('a back end > lists jobs by type and status, page by page'),
      'static fromConnectionString': jobs(`a job client > ${CREATED_FROM_CREDENTIALS}`),
      'static fromSharedAccessSignature': jobs(`a job client > ${CREATED_FROM_CREDENTIALS}`),
      'static fromTokenCredential': jobs(`a job client > ${CREATED_FROM_CREDENTIALS}`),
    },
  },
  'service Twin': {
    sdkClass: iothub.Twin,
    declarations: ['azure-iothub/dist/twin.d.ts'],
    methods: {
      get: twins('a back end > reads and writes through the SDK’s twin object'),
      update: twins('a back end > reads and writes through the SDK’s twin object'),
      toJSON: twins('a back end > reads and writes through the SDK’s twin object'),
    },
  },
  Query: {
    // The package does not export it.
    sdkClass: new iothub.JobClient({} as never).createQuery().constructor as never,
    declarations: ['azure-iothub/dist/query.d.ts'],
    methods: {
      next: queries('a query > gives its answer page by page'),
      nextAsTwin: queries('a query > goes on from a token that was kept'),
    },
  },
  DigitalTwinClient: {
    sdkClass: iothub.DigitalTwinClient,
    declarations: ['azure-iothub/dist/cl/digital_twin_client.d.ts'],
    methods: {
      getDigitalTwin: digitalTwins('a back end reads a digital twin > of a device without a model'),
      updateDigitalTwin: digitalTwins(
        'a back end updates a digital twin > and the device hears the desired properties',
      ),
      invokeCommand: digitalTwins('a back end invokes a command > of a device, and gets status and payload'),
      invokeComponentCommand: digitalTwins('a back end invokes a command > of a component'),
    },
  },
  'device Client': {
    sdkClass: iotDevice.Client,
    declarations: ['azure-iot-device/dist/device_client.d.ts', 'azure-iot-device/dist/internal_client.d.ts'],
    methods: {
      open: deviceClient('opens and closes again and again'),
      close: deviceClient('opens and closes again and again'),
      setOptions: deviceClient('is told options, which the hub hears of'),
      setTransportOptions: deviceClient('is told how to poll, which does not concern it'),
      setRetryPolicy: deviceClient(
        'comes back after its connection was lost, as long as its retry policy says so',
      ),
      updateSharedAccessSignature: deviceClient('takes a new token'),
      sendEvent: telemetry(
        'a device over %s > sends a message with all its properties, and the hub adds who sent it',
      ),
      sendEventBatch: telemetry(
        'a device over %s > sends a batch, and each message keeps its own properties',
      ),
      complete: messages(
        'a device over %s > receives a message with its properties and completes it, and the sender hears of it',
      ),
      abandon: messages(
        'a device over %s > abandons a message and receives it again, until it was delivered too often',
      ),
      reject: messages('a device over %s > rejects a message, and the sender hears of it'),
      getTwin: twins('over %s > %s > gets its desired and reported properties, and nothing else'),
      onDeviceMethod: methods(
        'over %s > %s > receives a payload of every kind as it was sent, and its answer comes back likewise',
      ),
      uploadToBlob: refusedToDevice(STORAGE),
      getBlobSharedAccessSignature: refusedToDevice(STORAGE),
      notifyBlobUploadStatus: refusedToDevice(STORAGE),
      'static fromConnectionString': deviceClient('is made from a connection string'),
      'static fromSharedAccessSignature': deviceClient('is made from a SAS token'),
      'static fromAuthenticationProvider': deviceClient('is made from whatever knows its credentials'),
    },
  },
  ModuleClient: {
    sdkClass: iotDevice.ModuleClient,
    declarations: ['azure-iot-device/dist/module_client.d.ts', 'azure-iot-device/dist/internal_client.d.ts'],
    methods: {
      open: MODULE_CLIENT_OPTIONS,
      close: MODULE_CLIENT_OPTIONS,
      setOptions: MODULE_CLIENT_OPTIONS,
      setTransportOptions: MODULE_CLIENT_OPTIONS,
      setRetryPolicy: MODULE_CLIENT_OPTIONS,
      updateSharedAccessSignature: MODULE_CLIENT_OPTIONS,
      sendEvent: telemetry(
        'a module over %s > sends a message with all its properties, and the hub adds who sent it',
      ),
      sendEventBatch: unavailable('sendModuleTelemetryInBatches'),
      sendOutputEvent: telemetry(
        'a module over %s > sends to an output, which stands beside the properties of the message',
      ),
      sendOutputEventBatch: unavailable('sendToOutputsInBatches'),
      complete: messages(
        'a module over %s > receives at an input what a module beside it sent, and completes it',
      ),
      abandon: unavailable('abandonAndRejectInputMessages'),
      reject: unavailable('abandonAndRejectInputMessages'),
      getTwin: twins('over %s > %s > gets its desired and reported properties, and nothing else'),
      onMethod: methods(
        'over %s > %s > receives a payload of every kind as it was sent, and its answer comes back likewise',
      ),
      invokeMethod: methods('a module over %s > invokes methods of its device and of the modules beside it'),
      'static fromConnectionString': moduleClient('is made from a connection string'),
      'static fromSharedAccessSignature': moduleClient('is made from a SAS token'),
      'static fromAuthenticationProvider': moduleClient('is made from whatever knows its credentials'),
      'static fromEnvironment': moduleClient('is made from its environment, the authority’s file included'),
    },
  },
  'device Twin': {
    sdkClass: iotDevice.Twin,
    declarations: ['azure-iot-device/dist/twin.d.ts'],
    methods: {
      get: twins('over %s > %s > reads again what changed, and tries as often as its retry policy says'),
      setRetryPolicy: twins(
        'over %s > %s > reads again what changed, and tries as often as its retry policy says',
      ),
      enableTwinDesiredPropertiesUpdates: twins(
        'over %s > %s > asks for desired patches without listening to any',
      ),
    },
  },
};

function tested(file: string, test: string): Coverage {
  return { kind: 'tested', file, test };
}

function unsupported(reason: string): Coverage {
  return { kind: 'unsupported', reason };
}

function unavailable(capability: Capability): Coverage {
  return { kind: 'unavailable', capability };
}

function refusedToService(reason: string): Coverage {
  return { kind: 'refused', reason, file: 'unsupported.test.ts', test: `${REFUSED} > %s, for a back end` };
}

function refusedToDevice(reason: string): Coverage {
  return {
    kind: 'refused',
    reason,
    file: 'unsupported.test.ts',
    test: `${REFUSED} > file upload, for a device`,
  };
}
