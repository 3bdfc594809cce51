// Shifts the clock of a Node process by SHIFT_CLOCK_MS: a machine whose clock is wrong.

const shiftMs = Number(process.env.SHIFT_CLOCK_MS);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...args);
  }
  static now() {
    return RealDate.now() + shiftMs;
  }
};
