/** What the emulator knowingly answers otherwise than the recorded hub. */
export interface RecordingDifference {
  /** The name of the recording without its ending; absent where the difference is everywhere. */
  readonly recording?: string;
  /** How the difference begins: the number of the exchange, then what differs; `*` stands for every exchange. */
  readonly difference: string;
  readonly reason: string;
}

export const RECORDING_DIFFERENCES: readonly RecordingDifference[] = [
  {
    difference: '* header server',
    reason:
      'The recorded hub names its HTTP software there; ours is another one and does not claim to be that.',
  },
  {
    recording: 'ConfigurationsClient_ConfigurationsLifecycle',
    difference: '* status',
    reason: 'Automatic device configurations come later and are refused by name until then.',
  },
  {
    recording: 'ConfigurationsClient_GetConfigurations',
    difference: '* status',
    reason: 'Automatic device configurations come later and are refused by name until then.',
  },
];
