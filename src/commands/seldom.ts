// The commands that people run now and then, with the report's page and the files of `init`. The build
// makes them a part of the bundle, compressed, that no other command reads: see ../bundle/start.ts
// and scripts/build.mjs. Here they are plain exports.

export { default as clear } from './clear';
export { default as events } from './events';
export { default as exportRecord } from './export';
export { default as forget } from './forget';
export { default as init } from './init';
export { default as log } from './log';
export { default as report } from './report';
