import type { Journal } from '../../emulator/hub/ports.ts';

/** A journal that keeps a group of changes only when the test calls `keep`. */
export class HeldJournal implements Journal {
  readonly #groups: { readonly kept: Promise<void>; resolve(): void; reject(error: Error): void }[] = [];
  #isHolding = false;

  /** Makes each following call of `kept` begin a new group. */
  hold(): void {
    this.#isHolding = true;
  }

  kept(): Promise<void> | undefined {
    if (!this.#isHolding) return undefined;
    let settle = { resolve: () => {}, reject: (_error: Error) => {} };
    const kept = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#groups.push({ kept, ...settle });
    return kept;
  }

  /** The number of groups. */
  get groupCount(): number {
    return this.#groups.length;
  }

  /** Keeps the group with this index. Groups are in the order of their calls of `kept`. */
  keep(index: number): void {
    this.#groups[index]?.resolve();
  }

  fail(index: number, error: Error): void {
    this.#groups[index]?.reject(error);
  }
}
