// Visits, kept by SQLite.

import { describe } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { makeFolder } from '../support/collector.ts';
import { visitsContract } from './visits-contract.ts';

describe('visits in SQLite', () => {
  visitsContract(async () => {
    const { path, remove } = makeFolder();
    return {
      open: (options) => openStore({ dataFolder: path }, options),
      remove: async () => remove(),
    };
  });
});
