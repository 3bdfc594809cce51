// The commands that people run now and then, while make runs others all the time. The build puts
// these into the bundle as one compressed text, with the report's page and the files of `init`, and a
// command that is none of these never reads their code: see ../unpack.ts and scripts/build.mjs. Here
// they are plain exports.

export { default as clear } from './clear';
export { default as exportRecord } from './export';
export { default as forget } from './forget';
export { default as init } from './init';
export { default as log } from './log';
export { default as report } from './report';
