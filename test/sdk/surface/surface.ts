import iotDevice from 'azure-iot-device';
import iothub from 'azure-iothub';
import type { Capability } from '../transports.ts';

/** The coverage of a method of the SDK. */
export type Coverage =
  /** The test calls the method. It is named by the titles of its suites and its own title. */
  | { readonly kind: 'tested'; readonly file: string; readonly test: string }
  /** The operation is not supported yet. The test shows that the hub refuses it. */
  | { readonly kind: 'refused'; readonly reason: string; readonly file: string; readonly test: string }
  /** The method is not supported yet and does not reach the hub. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** No supported transport has this capability. The reasons are in `LIMITATIONS`. */
  | { readonly kind: 'unavailable'; readonly capability: Capability };

/** A class of the SDK with all its public methods. A static method is written `static name`. */
export interface SdkClass {
  readonly sdkClass: { readonly prototype: object };
  /** The files of its package that declare its public methods. */
  readonly declarations: readonly string[];
  readonly methods: Readonly<Record<string, Coverage>>;
}

const CONFIGURATIONS = 'automatic device configurations are not supported yet';
const STORAGE = 'operations with blob storage are not supported yet';
const NO_IMPORT_JOBS = 'Registry > lists no import and export job, and finds none';
const REFUSED = 'unsupported operation';
const AMQP = 'the service client uses AMQP for it, which is not supported yet';

const registry = (test: string) => tested('identities/registry.test.ts', test);
const modules = (test: string) => tested('identities/modules.test.ts', test);
const bulk = (test: string) => tested('identities/bulk.test.ts', test);
const twins = (test: string) => tested('twins/twins.test.ts', test);
const queries = (test: string) => tested('queries/queries.test.ts', test);
const jobs = (test: string) => tested('jobs/jobs.test.ts', test);
const methods = (test: string) => tested('methods/methods.test.ts', test);
const digitalTwins = (test: string) => tested('digital-twins/digital-twins.test.ts', test);
const messages = (test: string) => tested('cloud-to-device/messages.test.ts', test);
const telemetry = (test: string) => tested('events/telemetry.test.ts', test);
const deviceClient = (test: string) =>
  tested('connections/clients.test.ts', `device client over %s > ${test}`);
const moduleClient = (test: string) =>
  tested('connections/clients.test.ts', `module client over %s > ${test}`);

const MODULE_CLIENT_OPTIONS = moduleClient('accepts a new SAS token, options and a retry policy');
const CREATED_FROM_CREDENTIALS = 'are a connection string, a SAS token or a Microsoft Entra credential';

/** Every class that a service, a device or a module uses. */
export const SURFACE: Readonly<Record<string, SdkClass>> = {
  Registry: {
    sdkClass: iothub.Registry,
    declarations: ['azure-iothub/dist/registry.d.ts'],
    methods: {
      create: registry('Registry.create > returns the device identity with generated keys'),
      get: registry('read call of Registry > returns a device'),
      list: registry('read call of Registry > lists all devices'),
      getRegistryStatistics: registry('read call of Registry > returns the number of devices'),
      update: registry('Registry.update > updates the status, its reason and the time of the change'),
      delete: registry('Registry.delete > deletes a device with its twin and its modules'),
      addDevices: bulk('Registry.addDevices > creates a hundred devices in one call'),
      updateDevices: bulk('Registry.updateDevices > updates devices with outdated etags if it is forced'),
      removeDevices: bulk('Registry.removeDevices > deletes devices if it is forced'),
      addModule: modules('Registry.addModule > returns the module identity with generated keys'),
      getModule: modules('Registry.getModule and getModulesOnDevice > return a module'),
      getModulesOnDevice: modules(
        'Registry.getModule and getModulesOnDevice > return all modules of a device, including the system modules of an IoT Edge device',
      ),
      updateModule: modules(
        'Registry.updateModule > updates a module if the etag matches and is refused if it is outdated',
      ),
      removeModule: modules('Registry.removeModule > deletes a module by its ids'),
      getTwin: twins('service > reads the twin of a new device'),
      updateTwin: twins('service > updates tags and desired properties of a device and their versions'),
      getModuleTwin: twins(
        'service > reads the twin of a new module, which is separate from the device twin',
      ),
      updateModuleTwin: twins('service > updates tags and desired properties of a module'),
      createQuery: queries('query > returns whole twins, also as twin objects of the SDK'),
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
      listJobs: jobs(NO_IMPORT_JOBS),
      getJob: jobs(NO_IMPORT_JOBS),
      cancelJob: jobs(NO_IMPORT_JOBS),
      'static fromConnectionString': registry('Registry client > is created from a connection string'),
      'static fromSharedAccessSignature': registry(
        'Registry client > is created from a SAS token of a policy',
      ),
      'static fromTokenCredential': registry(
        'Registry client > is created from a Microsoft Entra credential',
      ),
    },
  },
  'service Client': {
    sdkClass: iothub.Client,
    declarations: ['azure-iothub/dist/client.d.ts'],
    methods: {
      invokeDeviceMethod: methods(
        'service > invokes a method of a device or a module with the service client',
      ),
      'static fromConnectionString': methods(`service client credentials > ${CREATED_FROM_CREDENTIALS}`),
      'static fromSharedAccessSignature': methods(`service client credentials > ${CREATED_FROM_CREDENTIALS}`),
      'static fromTokenCredential': methods(`service client credentials > ${CREATED_FROM_CREDENTIALS}`),
      open: unsupported(AMQP),
      close: unsupported(AMQP),
      send: unsupported(AMQP),
      getFeedbackReceiver: unsupported(AMQP),
      getFileNotificationReceiver: unsupported(AMQP),
      setRetryPolicy: unsupported('it applies only to AMQP, which is not supported yet'),
    },
  },
  JobClient: {
    sdkClass: iothub.JobClient,
    declarations: ['azure-iothub/dist/job_client.d.ts'],
    methods: {
      scheduleTwinUpdate: jobs(
        'twin update job > is queued, updates the selected twins and reports the result of each device',
      ),
      scheduleDeviceMethod: jobs(
        'direct method job > reports the response of each device and the devices that are not online',
      ),
      getJob: jobs('JobClient > returns the status unknown for a missing job and cannot cancel it'),
      cancelJob: jobs('scheduled job > can be cancelled unless it has ended'),
      createQuery: jobs('JobClient > lists jobs by type and status in pages'),
      'static fromConnectionString': jobs(`JobClient credentials > ${CREATED_FROM_CREDENTIALS}`),
      'static fromSharedAccessSignature': jobs(`JobClient credentials > ${CREATED_FROM_CREDENTIALS}`),
      'static fromTokenCredential': jobs(`JobClient credentials > ${CREATED_FROM_CREDENTIALS}`),
    },
  },
  'service Twin': {
    sdkClass: iothub.Twin,
    declarations: ['azure-iothub/dist/twin.d.ts'],
    methods: {
      get: twins('service > reads and updates a twin with the twin object of the SDK'),
      update: twins('service > reads and updates a twin with the twin object of the SDK'),
      toJSON: twins('service > reads and updates a twin with the twin object of the SDK'),
    },
  },
  Query: {
    // The package does not export this class.
    sdkClass: new iothub.JobClient({} as never).createQuery().constructor as never,
    declarations: ['azure-iothub/dist/query.d.ts'],
    methods: {
      next: queries('query > returns its result in pages'),
      nextAsTwin: queries('query > continues from a stored continuation token'),
    },
  },
  DigitalTwinClient: {
    sdkClass: iothub.DigitalTwinClient,
    declarations: ['azure-iothub/dist/cl/digital_twin_client.d.ts'],
    methods: {
      getDigitalTwin: digitalTwins(
        'DigitalTwinClient.getDigitalTwin > returns the digital twin of a device without a model',
      ),
      updateDigitalTwin: digitalTwins(
        'DigitalTwinClient.updateDigitalTwin > updates desired properties, which the device receives',
      ),
      invokeCommand: digitalTwins(
        'DigitalTwinClient.invokeCommand > invokes a command of a device and returns status and payload',
      ),
      invokeComponentCommand: digitalTwins(
        'DigitalTwinClient.invokeCommand > invokes a command of a component',
      ),
    },
  },
  'device Client': {
    sdkClass: iotDevice.Client,
    declarations: ['azure-iot-device/dist/device_client.d.ts', 'azure-iot-device/dist/internal_client.d.ts'],
    methods: {
      open: deviceClient('opens and closes repeatedly'),
      close: deviceClient('opens and closes repeatedly'),
      setOptions: deviceClient('sends its options to the hub'),
      setTransportOptions: deviceClient('ignores the polling interval'),
      setRetryPolicy: deviceClient('reconnects after its connection was lost if its retry policy allows it'),
      updateSharedAccessSignature: deviceClient('accepts a new SAS token'),
      sendEvent: telemetry(
        'device over %s > sends a message with all its properties, and the hub adds those of the sender',
      ),
      sendEventBatch: telemetry('device over %s > sends a batch, in which each message keeps its properties'),
      complete: messages(
        'device over %s > receives and completes a message with its properties, and the service receives feedback',
      ),
      abandon: messages(
        'device over %s > abandons a message and receives it again until the maximum delivery count',
      ),
      reject: messages('device over %s > rejects a message, and the service receives feedback'),
      getTwin: twins('client over %s > %s client > gets its desired and reported properties only'),
      onDeviceMethod: methods(
        'client over %s > %s client > receives any JSON payload unchanged and returns any response payload',
      ),
      uploadToBlob: refusedToDevice(STORAGE),
      getBlobSharedAccessSignature: refusedToDevice(STORAGE),
      notifyBlobUploadStatus: refusedToDevice(STORAGE),
      'static fromConnectionString': deviceClient('is created from a connection string'),
      'static fromSharedAccessSignature': deviceClient('is created from a SAS token'),
      'static fromAuthenticationProvider': deviceClient('is created from an authentication provider'),
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
        'module over %s > sends a message with all its properties, and the hub adds those of the sender',
      ),
      sendEventBatch: unavailable('sendModuleTelemetryInBatches'),
      sendOutputEvent: telemetry('module over %s > sends to an output, whose name is a system property'),
      sendOutputEventBatch: unavailable('sendToOutputsInBatches'),
      complete: messages('module over %s > receives and completes a message of a sibling module at an input'),
      abandon: unavailable('abandonAndRejectInputMessages'),
      reject: unavailable('abandonAndRejectInputMessages'),
      getTwin: twins('client over %s > %s client > gets its desired and reported properties only'),
      onMethod: methods(
        'client over %s > %s client > receives any JSON payload unchanged and returns any response payload',
      ),
      invokeMethod: methods('module over %s > invokes methods of its device and of sibling modules'),
      'static fromConnectionString': moduleClient('is created from a connection string'),
      'static fromSharedAccessSignature': moduleClient('is created from a SAS token'),
      'static fromAuthenticationProvider': moduleClient('is created from an authentication provider'),
      'static fromEnvironment': moduleClient('is created from its environment, including the CA file'),
    },
  },
  'device Twin': {
    sdkClass: iotDevice.Twin,
    declarations: ['azure-iot-device/dist/twin.d.ts'],
    methods: {
      get: twins('client over %s > %s client > reads its twin again and follows its retry policy'),
      setRetryPolicy: twins('client over %s > %s client > reads its twin again and follows its retry policy'),
      enableTwinDesiredPropertiesUpdates: twins(
        'client over %s > %s client > subscribes to desired patches without a listener',
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
  return {
    kind: 'refused',
    reason,
    file: 'unsupported.test.ts',
    test: `${REFUSED} > is refused to the service: %s`,
  };
}

function refusedToDevice(reason: string): Coverage {
  return {
    kind: 'refused',
    reason,
    file: 'unsupported.test.ts',
    test: `${REFUSED} > is refused to a device: file upload`,
  };
}
