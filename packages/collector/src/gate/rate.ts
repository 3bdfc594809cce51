// The rate of a project: a bucket of events that fills steadily. Kept in memory only.

/** Buckets by key; a key that is not heard of is full. */
export class Rate {
  private readonly buckets = new Map<number, { left: number; atMs: number }>();

  /** `perMinute` 0: no limit. */
  constructor(
    private readonly perMinute: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Takes `count` from the bucket of `key`. False: it is empty. */
  take(key: number, count: number): boolean {
    if (this.perMinute === 0) return true;
    const nowMs = this.clock();
    const bucket = this.buckets.get(key) ?? { left: this.perMinute, atMs: nowMs };
    const filled = bucket.left + ((nowMs - bucket.atMs) / 60_000) * this.perMinute;
    const left = Math.min(this.perMinute, filled);
    // A batch may overdraw a bucket that is not empty: a batch larger than it would never pass.
    const isAllowed = left >= 1;
    this.buckets.set(key, { left: isAllowed ? left - count : left, atMs: nowMs });
    return isAllowed;
  }
}
