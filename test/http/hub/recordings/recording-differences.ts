/** A known difference between an answer of the emulator and the recorded one. */
export interface RecordingDifference {
  /** The name of the recording without its ending; absent if the difference is in all of them. */
  readonly recording?: string;
  /** The start of the difference: the number of the exchange (`*` for every exchange), then what differs. */
  readonly difference: string;
  readonly reason: string;
}

export const RECORDING_DIFFERENCES: readonly RecordingDifference[] = [
  {
    difference: '* header server',
    reason: 'The recorded hub names its HTTP software. The emulator uses other software.',
  },
  {
    recording: 'ConfigurationsClient_ConfigurationsLifecycle',
    difference: '* status',
    reason: 'Automatic device configurations are not supported yet and are refused by name.',
  },
  {
    recording: 'ConfigurationsClient_GetConfigurations',
    difference: '* status',
    reason: 'Automatic device configurations are not supported yet and are refused by name.',
  },
];
