// Rates: buckets that fill steadily. Kept in memory only.

/** Buckets by key; a key that is not heard of is full. Beyond `maxKeys` the longest unused is dropped. */
export class Rate<Key = number> {
  private readonly buckets = new Map<Key, { left: number; atMs: number }>();

  /** `perMinute` 0: no limit. */
  constructor(
    private readonly perMinute: number,
    private readonly maxKeys = 20_000,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Takes `count` from the bucket of `key`. False: it is empty. */
  take(key: Key, count: number): boolean {
    if (this.perMinute === 0) return true;
    const nowMs = this.clock();
    const bucket = this.buckets.get(key) ?? { left: this.perMinute, atMs: nowMs };
    const filled = bucket.left + ((nowMs - bucket.atMs) / 60_000) * this.perMinute;
    const left = Math.min(this.perMinute, filled);
    // A batch may overdraw a bucket that is not empty: a batch larger than it would never pass.
    const isAllowed = left >= 1;
    this.buckets.delete(key); // and put at the end: the first is the longest unused
    this.buckets.set(key, { left: isAllowed ? left - count : left, atMs: nowMs });
    if (this.buckets.size > this.maxKeys) this.buckets.delete(this.buckets.keys().next().value!);
    return isAllowed;
  }
}
