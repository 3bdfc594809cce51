// Durations of one command, all of them kept, so that a quantile is exact.

const FIRST = 16;

/** Collects numbers and answers quantiles by the nearest rank. */
export class Durations {
  private values = new Float64Array(FIRST);
  private count = 0;
  private isSorted = true;

  add(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count] = value;
    this.count += 1;
    this.isSorted = false;
  }

  /** The smallest value that at least `share` of all do not exceed; null when there is none. */
  quantile(share: number): number | null {
    if (this.count === 0) return null;
    const values = this.values.subarray(0, this.count);
    if (!this.isSorted) values.sort();
    this.isSorted = true;
    return values[Math.max(0, Math.ceil(share * this.count) - 1)]!;
  }
}
