// The commands that record and send, with everything behind them, PostHog's client too. The build
// makes them a part of the bundle that no other command reads: see ../bundle/start.ts and
// scripts/build.mjs. Here they are plain exports.

export { default as collect } from './collect';
export { default as disable } from './disable';
export { default as enable } from './enable';
export { default as flush } from './flush';
export { default as notice } from './notice';
export { default as preview } from './preview';
export { default as resetId } from './reset-id';
export { default as track } from './track';
