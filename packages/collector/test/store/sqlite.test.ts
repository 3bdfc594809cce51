// The contract, kept by SQLite.

import { describe } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { makeFolder } from '../support/collector.ts';
import { contract } from './contract.ts';

describe('the store in SQLite', () => {
  contract(async () => {
    const { path, remove } = makeFolder();
    return {
      open: (options) => openStore({ dataFolder: path }, options),
      remove: async () => remove(),
    };
  });
});
