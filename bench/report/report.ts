import type { WindowFigures } from '../load/measured-window.ts';
import type { Turns } from '../turns.ts';
import { formatRatio, type RatioToBefore, ratioOfCosts, ratioOfRates } from './ratio-to-before.ts';
import { median, medianOf } from './statistics.ts';
import type { Target } from './targets.ts';

/** By the name of the contestant. */
export type Samples<Sample> = Readonly<Record<string, readonly Sample[]>>;

/** Prints what was measured and summarises it: which targets were met, and how the emulator compares with `before`. */
export interface Report {
  heading(title: string): void;
  /** One line below the heading. */
  line(name: string, text: string): void;
  /** Rate and costs of contestants, a line each. */
  contestants(samples: Samples<WindowFigures>): void;
  /** One contestant's rate as a multiple of another's, and the same of its costs; judged if there is a target. */
  compare(samples: Samples<WindowFigures>, ours: string, theirs: string, target?: Target): void;
  /** The cost (time, memory) of `before` as a multiple of the emulator's. Prints nothing without `before`. */
  costAgainstBefore<Sample>(what: string, samples: Samples<Sample>, read: (sample: Sample) => number): void;
  /** The rate of the emulator as a multiple of that of `before`, and the processor time of either as a cost. */
  rateAgainstBefore(what: string, samples: Samples<WindowFigures>): void;
  /** A figure that has a target, with the target beside it. */
  judge(target: Target, value: number): void;
  /** How quiet the machine was while the contestants ran. */
  rounds(turns: Turns<string, unknown>): void;
  /** All targets that were judged, and all ratios to `before`. */
  summary(): void;
}

export function createReport(print: (line: string) => void = console.log): Report {
  const judged: { readonly target: Target; readonly value: number }[] = [];
  const ratios: { readonly title: string; readonly ratio: RatioToBefore }[] = [];
  let currentHeading = '';
  const line = (name: string, text: string) => print(`  ${name.padEnd(36)} ${text}`);
  const judge = (target: Target, value: number) => {
    judged.push({ target, value });
    print(`  → ${formatVerdict(target, value)}`);
  };
  const againstBefore = (what: string, ratio: RatioToBefore) => {
    ratios.push({ title: `${currentHeading}, ${what}`, ratio });
    line(`${ratio.quotient}, ${what}`, formatRatio(ratio));
  };
  const costAgainstBefore: Report['costAgainstBefore'] = (what, { emulator, before }, read) => {
    if (emulator === undefined || before === undefined) return;
    againstBefore(what, ratioOfCosts(emulator.map(read), before.map(read)));
  };
  return {
    heading: (title) => {
      currentHeading = title;
      print(`\n${title}`);
    },
    line,
    contestants: (samples) => {
      for (const [name, figures] of Object.entries(samples)) line(name, formatSamples(figures));
    },
    compare: (samples, ours, theirs, target) => {
      if (samples[theirs] === undefined) return line(theirs, 'not installed');
      const rate = ratioOf(samples[ours], samples[theirs], perSecondOf);
      const cost = ratioOf(samples[ours], samples[theirs], (sample) => sample.serverMicroseconds);
      line(`${ours} / ${theirs}`, `${rate.toFixed(2)}, processor ${cost.toFixed(2)}`);
      if (target !== undefined) judge(target, rate);
    },
    costAgainstBefore,
    rateAgainstBefore: (what, samples) => {
      const { emulator, before } = samples;
      if (emulator === undefined || before === undefined) return;
      againstBefore(what, ratioOfRates(emulator.map(perSecondOf), before.map(perSecondOf)));
      costAgainstBefore(`${what}, processor`, samples, ({ serverMicroseconds }) => serverMicroseconds);
    },
    judge,
    rounds: ({ rounds, discardedRounds, othersShare }) => {
      const share = (othersShare * 100).toFixed(0);
      const discarded = discardedRounds === 0 ? '' : `, ${discardedRounds} noisy rounds discarded`;
      const median = rounds === 1 ? 'one round' : `median of ${rounds} rounds`;
      print(`  (${median}; other programs took up to ${share} % of the machine${discarded})`);
    },
    summary: () => {
      if (judged.length > 0) print('\nTargets');
      for (const { target, value } of judged) print(`  ${target.number}. ${formatVerdict(target, value)}`);
      if (ratios.length > 0) print('\nAgainst before: above 1 the emulator is better');
      for (const { title, ratio } of ratios) print(`  ${title}: ${formatRatio(ratio)}`);
    },
  };
}

/** Median with least and greatest value. */
export function formatSpread(values: readonly number[], format: (value: number) => string): string {
  return `${format(median(values))} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

export function formatRate(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

export function formatMilliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

function perSecondOf({ perSecond }: WindowFigures): number {
  return perSecond;
}

function formatSamples(samples: readonly WindowFigures[]): string {
  const rates = samples.map(perSecondOf);
  const server = medianOf(samples, (sample) => sample.serverMicroseconds).toFixed(1);
  const load = medianOf(samples, (sample) => sample.loadMicroseconds).toFixed(1);
  return `${formatSpread(rates, formatRate)}, processor ${server} µs each, the load's ${load} µs`;
}

function ratioOf(
  ours: readonly WindowFigures[] | undefined,
  theirs: readonly WindowFigures[],
  read: (sample: WindowFigures) => number,
): number {
  return medianOf(ours, read) / medianOf(theirs, read);
}

function formatVerdict(target: Target, value: number): string {
  const unit = target.unit === undefined ? '' : ` ${target.unit}`;
  const isMet = target.bound === 'at least' ? value >= target.value : value <= target.value;
  const shown = value.toFixed(target.unit === undefined ? 2 : 1);
  return `${target.title}: ${shown}${unit}, target ${target.bound} ${target.value}${unit}: ${isMet ? 'met' : 'MISSED'}`;
}
