// Preloaded into a collector: ends it, as `kill -9` does, at the nth moment that counts. Before and after every
// commit, and before and after every text that is printed.

import { writeSync } from 'node:fs';
import Libsql from 'libsql';

let left = Number(process.env.KILL_AT);
const moment = () => {
  left--;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
};

const { exec } = Libsql.prototype;
Libsql.prototype.exec = function (sql) {
  const counts = sql === 'COMMIT';
  if (counts) moment();
  const result = exec.call(this, sql);
  if (counts) moment();
  return result;
};
process.stdout.write = (text) => {
  moment();
  writeSync(1, text);
  moment();
  return true;
};
