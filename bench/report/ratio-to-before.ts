import { median } from './statistics.ts';
import { LEAST_RATIO_TO_BEFORE } from './targets.ts';

/** The emulator compared with `before`; above 1 the emulator is better. */
export interface RatioToBefore {
  readonly quotient: 'emulator / before' | 'before / emulator';
  readonly ofMedians: number;
  /** The ratio of the best rounds, which other programs disturbed least. Absent after one round. */
  readonly ofBest?: number;
}

/** Compares rates, of which the greater one is better. */
export function ratioOfRates(emulator: readonly number[], before: readonly number[]): RatioToBefore {
  return {
    quotient: 'emulator / before',
    ofMedians: median(emulator) / median(before),
    ...(emulator.length > 1 ? { ofBest: Math.max(...emulator) / Math.max(...before) } : {}),
  };
}

/** Compares costs (time, memory), of which the smaller one is better. */
export function ratioOfCosts(emulator: readonly number[], before: readonly number[]): RatioToBefore {
  return {
    quotient: 'before / emulator',
    ofMedians: median(before) / median(emulator),
    ...(emulator.length > 1 ? { ofBest: Math.min(...before) / Math.min(...emulator) } : {}),
  };
}

export function formatRatio({ ofMedians, ofBest }: RatioToBefore): string {
  const best = ofBest === undefined ? '' : `, best rounds ${ofBest.toFixed(2)}`;
  const doubt = ofMedians < LEAST_RATIO_TO_BEFORE ? `: BELOW ${LEAST_RATIO_TO_BEFORE}` : '';
  return `${ofMedians.toFixed(2)}${best}${doubt}`;
}
