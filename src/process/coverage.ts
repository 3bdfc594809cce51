// NODE_V8_COVERAGE is about somebody's tests: this process writes no coverage into their folder.

if (process.env.NODE_V8_COVERAGE) process.getBuiltinModule('node:v8').stopCoverage();
